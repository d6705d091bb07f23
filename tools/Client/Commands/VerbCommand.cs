using System.CommandLine;
using Google.Protobuf;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Commands;

/// <summary><c>cooperanet publish|withdraw|confirm NAME…</c>.</summary>
internal static class VerbCommand
{
    public static Command Create(string verb, string description)
    {
        var names = new Argument<string[]>("names") { Description = "Names of offers and needs.", Arity = ArgumentArity.OneOrMore };
        var command = new Command(verb, description) { names };
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, async session =>
        {
            foreach (var name in arguments.GetValue(names)!)
            {
                var done = await RunAsync(session, verb, name, cancellationToken);
                if (session.Json)
                {
                    Session.Print(done);
                }
                else
                {
                    session.Console.MarkupLineInterpolated($"[green]{verb}[/] {name}");
                }
            }

            return Exit.Done;
        }));
        return command;
    }

    private static async Task<IMessage> RunAsync(Session session, string verb, string name, CancellationToken cancellationToken)
    {
        var request = Guid.CreateVersion7().ToString("n"); // a retry answers with the first call's outcome
        var isNeed = name.Split('/') is [_, _, "needs", _];
        return (verb, isNeed) switch
        {
            ("publish", false) => await session.Exchange.PublishOfferAsync(new() { Name = name, RequestId = request, OnBehalfOf = session.OnBehalfOf(name) }, cancellationToken: cancellationToken),
            ("publish", true) => await session.Exchange.PublishNeedAsync(new() { Name = name, RequestId = request, OnBehalfOf = session.OnBehalfOf(name) }, cancellationToken: cancellationToken),
            ("withdraw", false) => await session.Exchange.WithdrawOfferAsync(new() { Name = name, RequestId = request, OnBehalfOf = session.OnBehalfOf(name) }, cancellationToken: cancellationToken),
            ("withdraw", true) => await session.Exchange.WithdrawNeedAsync(new() { Name = name, RequestId = request, OnBehalfOf = session.OnBehalfOf(name) }, cancellationToken: cancellationToken),
            (_, false) => await session.Exchange.ConfirmOfferAsync(new() { Name = name, RequestId = request, OnBehalfOf = session.OnBehalfOf(name) }, cancellationToken: cancellationToken),
            (_, true) => await session.Exchange.ConfirmNeedAsync(new() { Name = name, RequestId = request, OnBehalfOf = session.OnBehalfOf(name) }, cancellationToken: cancellationToken),
        };
    }
}
