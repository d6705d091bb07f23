using System.CommandLine;
using CooperaNet.Matching.V1;
using Google.Protobuf.Collections;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Commands;

/// <summary><c>cooperanet suggest NEED</c> or <c>cooperanet suggest --text …</c>.</summary>
internal static class SuggestCommand
{
    private static readonly Argument<string> Need = new("need") { Description = "A need's name, for example authorities/bb/needs/some-id.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string> Text = new("--text", "-t") { Description = "Words of a need that isn't stored." };
    private static readonly Option<int> Count = new("--count", "-n") { Description = "How many.", DefaultValueFactory = _ => 5 };

    public static Command Create()
    {
        var command = new Command("suggest", "Offers that may answer a need, and why.") { Need, Text, Count };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Need) is null == result.GetValue(Text) is null)
            {
                result.AddError("Give either a need's name or --text.");
            }
        });
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, async session =>
        {
            if (arguments.GetValue(Need) is { } need)
            {
                var listed = await session.Matching.ListSuggestionsAsync(new() { Parent = need, PageSize = arguments.GetValue(Count), LanguageCode = session.Language }, cancellationToken: cancellationToken);
                return SuggestionView.Show(session, listed, listed.Suggestions, listed.Abstention, suggestion => suggestion.Offer);
            }

            var text = arguments.GetValue(Text)!;
            var previewed = await session.Matching.PreviewSuggestionsAsync(
                new() { Need = new() { Title = text.Length > 200 ? text[..200] : text, Summary = text }, PageSize = arguments.GetValue(Count), LanguageCode = session.Language }, cancellationToken: cancellationToken);
            return SuggestionView.Show(session, previewed, previewed.Suggestions, previewed.Abstention, suggestion => suggestion.Offer);
        }));
        return command;
    }
}

/// <summary><c>cooperanet prospects OFFER</c>.</summary>
internal static class ProspectsCommand
{
    private static readonly Argument<string> Offer = new("offer") { Description = "An offer's name, for example authorities/pe/offers/some-id." };
    private static readonly Option<int> Count = new("--count", "-n") { Description = "How many.", DefaultValueFactory = _ => 5 };

    public static Command Create()
    {
        var command = new Command("prospects", "Needs that an offer may answer, and why.") { Offer, Count };
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, async session =>
        {
            var listed = await session.Matching.ListProspectsAsync(new() { Parent = arguments.GetValue(Offer), PageSize = arguments.GetValue(Count), LanguageCode = session.Language }, cancellationToken: cancellationToken);
            return SuggestionView.Show(session, listed, listed.Prospects, listed.Abstention, suggestion => suggestion.Need);
        }));
        return command;
    }
}

/// <summary>Suggestions with their reasons, readable on a terminal.</summary>
internal static class SuggestionView
{
    public static int Show(Session session, Google.Protobuf.IMessage answer, RepeatedField<Suggestion> suggestions, Abstention? abstention, Func<Suggestion, string> other)
    {
        if (session.Json)
        {
            Session.Print(answer);
            return suggestions.Count > 0 ? Exit.Done : Exit.Partly;
        }

        foreach (var suggestion in suggestions)
        {
            var why = suggestion.Explanation;
            var lines = new List<string> { Markup.Escape(why.Summary) };
            if (why.Terms.Count > 0)
            {
                lines.Add($"[blue]{Markup.Escape(string.Join(", ", why.Terms.Select(term => term.Need == term.Offer ? term.Need : $"{term.Need} ↔ {term.Offer}")))}[/]");
            }

            lines.Add($"[grey]» {Markup.Escape(why.NeedSentence)}[/]");
            lines.Add($"[grey]« {Markup.Escape(why.OfferSentence)}[/]");
            if (suggestion.ExposureNote.Length > 0)
            {
                lines.Add($"[yellow]{Markup.Escape(suggestion.ExposureNote)}[/]");
            }

            lines.Add($"[grey]{Markup.Escape(other(suggestion))}[/]");
            session.Console.Write(new Panel(string.Join('\n', lines)) { Header = new PanelHeader($" {suggestion.Rank}. {suggestion.Score:P0} {suggestion.Country} [bold]{Markup.Escape(suggestion.Title)}[/] "), Expand = true });
        }

        if (abstention is not null)
        {
            session.Console.MarkupLineInterpolated($"[yellow]{session.Texts.NoSuggestion}[/]: {abstention.Reason}");
            if (abstention.Closest.Length > 0)
            {
                session.Console.MarkupLineInterpolated($"[grey]{session.Texts.Closest}: {abstention.Closest} ({abstention.ClosestScore:P0})[/]");
            }
        }

        return suggestions.Count > 0 ? Exit.Done : Exit.Partly;
    }
}
