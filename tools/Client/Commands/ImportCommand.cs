using System.CommandLine;
using CooperaNet.Matching.V1;
using Google.Protobuf;
using Grpc.Core;
using Polly;
using Polly.Retry;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Commands;

/// <summary><c>cooperanet import FILE --authority pe</c>: a catalogue file in, a report out.</summary>
internal static class ImportCommand
{
    private const int Piece = 256 * 1024;

    private static readonly Argument<FileInfo> File = new("file") { Description = "A CSV or JSON lines file." };
    private static readonly Option<string> Authority = new("--authority", "-a") { Description = "Whose catalogue: pe, authorities/pe or partners/some-id.", Required = true };
    private static readonly Option<string[]> Map = new("--map", "-m") { Description = "A field and its column, for example title=Título. May be repeated." };
    private static readonly Option<string[]> Value = new("--value") { Description = "A value of the file and what it means, for example \"Agua=6\". May be repeated." };
    private static readonly Option<bool> Remember = new("--remember") { Description = "Remember --map and --value for the next files." };
    private static readonly Option<bool> Publish = new("--publish", "-p") { Description = "Publish what the file creates or changes; otherwise new items are drafts." };
    private static readonly Option<bool> DryRun = new("--dry-run", "-n") { Description = "The same report, nothing changed." };
    private static readonly Option<bool> Partial = new("--partial") { Description = "The file is a part of the catalogue only: report nothing missing." };
    private static readonly Option<bool> Needs = new("--needs") { Description = "Rows that don't say are needs; otherwise offers." };
    private static readonly Option<string> TextLanguage = new("--text-language") { Description = "The language of rows that don't say; otherwise it is detected." };
    private static readonly Option<string> Id = new("--id") { Description = "The import's id: the same file under the id of an interrupted import goes on." };
    private static readonly Option<int?> WithdrawMissing = new("--withdraw-missing") { Description = "Withdraw the items that the file no longer names, if they are this many; without a number it asks.", Arity = ArgumentArity.ZeroOrOne };

    public static Command Create()
    {
        var command = new Command("import", "Import a catalogue file.") { File, Authority, Map, Value, Remember, Publish, DryRun, Partial, Needs, TextLanguage, Id, WithdrawMissing };
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, session => RunAsync(session, arguments, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(Session session, ParseResult arguments, CancellationToken cancellationToken)
    {
        var file = arguments.GetValue(File)!;
        using var readable = file.OpenRead(); // a missing file is said before anything is sent
        var settings = Settings(arguments);
        settings.OnBehalfOf = session.OnBehalfOf(settings.Parent);
        var parent = settings.Parent;
        var resume = $"cooperanet {string.Join(' ', Repeatable(arguments).Select(Quoted))}{(arguments.GetValue(Id) is null ? $" --id {settings.ImportId}" : "")}";
        CatalogImport? last = null;
        CatalogFile? read = null;
        try
        {
            // an import that was cut off goes on behind the last answered row, so it is safe to send the file again
            var retry = new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<RpcException>(error => error.StatusCode == StatusCode.Unavailable),
                MaxRetryAttempts = 5,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromSeconds(0.5),
                UseJitter = true,
            }).Build();
            await session.Errors.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(async progress =>
            {
                var task = progress.AddTask(Markup.Escape(file.Name), maxValue: Math.Max(1, file.Length));
                await retry.ExecuteAsync(async token =>
                {
                    await foreach (var answer in SendAsync(session, file, settings, sent => task.Value = sent, token))
                    {
                        last = answer.CatalogImport;
                        read = last.File ?? read;
                        task.Description = $"{last.Created + last.Changed + last.Unchanged + last.Refused:N0} {session.Texts.Rows}";
                    }
                }, cancellationToken);
            });
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested && error is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            System.Console.Error.WriteLine(session.Texts.Interrupted(resume)); // not broken into lines: the command is to be copied
            return Exit.Interrupted;
        }

        var import = await session.Catalog.GetCatalogImportAsync(new() { Name = $"{parent}/catalogImports/{settings.ImportId}" }, cancellationToken: cancellationToken);
        import.File = read;
        if (session.Json)
        {
            Session.Print(import);
        }
        else
        {
            await ImportReport.ShowAsync(session, import, cancellationToken);
        }

        if (import.Missing > 0 && !import.ValidateOnly && arguments.GetResult(WithdrawMissing) is { Implicit: false })
        {
            await WithdrawAsync(session, import, arguments.GetValue(WithdrawMissing), cancellationToken);
        }

        return import.State != CatalogImport.Types.State.Succeeded ? Exit.Refused : import.Refused > 0 ? Exit.Partly : Exit.Done;
    }

    private static async Task WithdrawAsync(Session session, CatalogImport import, int? confirmed, CancellationToken cancellationToken)
    {
        var number = confirmed ?? (System.Console.IsInputRedirected ? 0 : await session.Errors.PromptAsync(new TextPrompt<int>(session.Texts.ConfirmMissing(import.Missing)), cancellationToken));
        if (number == 0)
        {
            session.Errors.MarkupLineInterpolated($"[yellow]{session.Texts.NotWithdrawn}[/]");
            return;
        }

        var answer = await session.Catalog.WithdrawMissingItemsAsync(new() { Name = import.Name, ExpectedCount = number, OnBehalfOf = session.OnBehalfOf(import.Name) }, cancellationToken: cancellationToken);
        session.Errors.MarkupLineInterpolated($"[green]{session.Texts.Withdrawn(answer.Withdrawn)}[/]");
    }

    /// <summary>The arguments without a token: what is printed may be read by others.</summary>
    private static IEnumerable<string> Repeatable(ParseResult arguments)
    {
        var words = arguments.Tokens.Select(token => token.Value).ToList();
        return words.Where((word, i) => word != GlobalOptions.Token.Name && (i == 0 || words[i - 1] != GlobalOptions.Token.Name));
    }

    /// <summary>As a shell wants it.</summary>
    private static string Quoted(string argument) => argument.All(c => char.IsLetterOrDigit(c) || "-_./=:,".Contains(c, StringComparison.Ordinal)) && argument.Length > 0 ? argument : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static CatalogImportSettings Settings(ParseResult arguments)
    {
        var settings = new CatalogImportSettings
        {
            Parent = Names.Parent(arguments.GetValue(Authority)!),
            ImportId = arguments.GetValue(Id) ?? $"cli-{Guid.CreateVersion7():n}",
            RememberMapping = arguments.GetValue(Remember),
            Publish = arguments.GetValue(Publish),
            ValidateOnly = arguments.GetValue(DryRun),
            Partial = arguments.GetValue(Partial),
            DefaultKind = arguments.GetValue(Needs) ? CatalogRow.Types.Kind.Need : CatalogRow.Types.Kind.Offer,
            LanguageCode = arguments.GetValue(TextLanguage) ?? "",
        };
        settings.Mapping.Add(Names.Pairs("--map", arguments.GetValue(Map)));
        settings.ValueMapping.Add(Names.Pairs("--value", arguments.GetValue(Value)));
        return settings;
    }

    /// <summary>Sends the file while answers come in.</summary>
    private static async IAsyncEnumerable<StreamCatalogImportResponse> SendAsync(
        Session session, FileInfo file, CatalogImportSettings settings, Action<long> sent, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = session.Catalog.StreamCatalogImport(cancellationToken: cancellationToken);
        var sending = SendAsync();
        await foreach (var answer in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            yield return answer;
        }

        await sending;

        async Task SendAsync()
        {
            try
            {
                await call.RequestStream.WriteAsync(new() { Settings = settings }, cancellationToken);
                await using var content = file.OpenRead();
                var buffer = new byte[Piece];
                for (int count; (count = await content.ReadAsync(buffer, cancellationToken)) > 0;)
                {
                    await call.RequestStream.WriteAsync(new() { Content = ByteString.CopyFrom(buffer.AsSpan(0, count)) }, cancellationToken);
                    sent(content.Position);
                }

                await call.RequestStream.CompleteAsync();
            }
            catch (RpcException)
            {
                // the answer came before the end of the file; it tells why
            }
        }
    }
}
