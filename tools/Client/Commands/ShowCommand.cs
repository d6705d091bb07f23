using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Commands;

/// <summary><c>cooperanet show NAME</c>: an offer, a need, an authority, a partner or an import.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "For example authorities/pe/offers/some-id." };
    private static readonly Option<string> RowsFilter = new("--rows") { Description = "Of an import: its rows, for example \"outcome = REFUSED\", or \"\" for all." };

    public static Command Create()
    {
        var command = new Command("show", "One thing, whole.") { Name, RowsFilter };
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, session => RunAsync(session, arguments.GetValue(Name)!, arguments.GetValue(RowsFilter), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(Session session, string name, string? rows, CancellationToken cancellationToken)
    {
        if (name.Split('/') is [_, _, "catalogImports", _] && rows is not null)
        {
            for (var token = ""; ;)
            {
                var page = await session.Catalog.ListCatalogImportRowsAsync(new() { Parent = name, Filter = rows, PageSize = 1_000, PageToken = token }, cancellationToken: cancellationToken);
                foreach (var row in page.Rows)
                {
                    System.Console.Out.WriteLine(row);
                }

                token = page.NextPageToken;
                if (token.Length == 0)
                {
                    return Exit.Done;
                }
            }
        }

        IMessage found = name.Split('/') switch
        {
            [_, _, "offers", _] => await session.Exchange.GetOfferAsync(new() { Name = name }, cancellationToken: cancellationToken),
            [_, _, "needs", _] => await session.Exchange.GetNeedAsync(new() { Name = name }, cancellationToken: cancellationToken),
            [_, _, "catalogImports", _] => await session.Catalog.GetCatalogImportAsync(new() { Name = name }, cancellationToken: cancellationToken),
            ["partners", _] => await session.Authorities.GetPartnerAsync(new() { Name = name }, cancellationToken: cancellationToken),
            [_] or ["authorities", _] => await session.Authorities.GetAuthorityAsync(new() { Name = Names.Parent(name) }, cancellationToken: cancellationToken),
            _ => throw new RpcException(new Grpc.Core.Status(StatusCode.InvalidArgument, $"'{name}' is not a name; names look like authorities/pe/offers/some-id.")),
        };
        if (session.Json)
        {
            Session.Print(found);
            return Exit.Done;
        }

        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var field in found.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.Accessor.GetValue(found);
            var text = value switch
            {
                null or "" => "",
                Google.Protobuf.WellKnownTypes.Timestamp time => time.ToDateTimeOffset().ToString("u"),
                System.Collections.IEnumerable list and not string => string.Join(", ", list.Cast<object>()),
                _ => value.ToString()!,
            };
            if (text.Length > 0)
            {
                grid.AddRow($"[grey]{field.JsonName}[/]", Markup.Escape(text));
            }
        }

        session.Console.Write(grid);
        return Exit.Done;
    }
}
