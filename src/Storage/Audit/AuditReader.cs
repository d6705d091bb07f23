using System.Globalization;
using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Audit;

/// <summary>An event as the history has it, with what the resource was before: JSON of an item's or profile's content, null when nothing of it changed or nothing is known.</summary>
public sealed class AuditRow
{
    /// <summary>The transaction that wrote it; see <see cref="Position"/>.</summary>
    public long Tx { get; init; }

    /// <summary>Its number.</summary>
    public long Seq { get; init; }

    /// <summary>The item or profile.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its revision afterwards.</summary>
    public long Revision { get; init; }

    /// <summary>Its state afterwards.</summary>
    public string State { get; init; } = "";

    /// <summary>Its state before; null at the beginning.</summary>
    public string? StateBefore { get; init; }

    /// <summary>When, UTC.</summary>
    public string At { get; init; } = "";

    /// <summary>The verb.</summary>
    public string Why { get; init; } = "";

    /// <summary>The request.</summary>
    public string Request { get; init; } = "";

    /// <summary>The caller's role.</summary>
    public string Role { get; init; } = "";

    /// <summary>For whom.</summary>
    public string OnBehalfOf { get; init; } = "";

    /// <summary>On which instruction.</summary>
    public string Instruction { get; init; } = "";

    /// <summary>Through which application.</summary>
    public string Application { get; init; } = "";

    /// <summary>Who; null when erased.</summary>
    public string? Who { get; init; }

    /// <summary>What it said afterwards.</summary>
    public string? Content { get; init; }

    /// <summary>What it said before.</summary>
    public string? ContentBefore { get; init; }

    /// <summary>The owner's next verb on the resource; null when there was none.</summary>
    public string? OwnersVerb { get; init; }

    /// <summary>Whether a seal covers it.</summary>
    public bool IsSealed { get; internal set; }
}

/// <summary>Reads the history for people: newest first, by keyset.</summary>
public sealed class AuditReader(ExchangeDatabase database)
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 100;

    private const string OwnersVerb = "SELECT o.why FROM history o WHERE o.item = h.item AND o.revision > h.revision AND o.role IN ('FOCAL_POINT', 'PARTNER', 'APPLICATION') ORDER BY o.revision LIMIT 1";

    private readonly string select =
        $"""
        SELECT {database.Sql.Tx} AS Tx, h.seq AS Seq, h.name AS Name, h.revision AS Revision, h.state AS State, h.at AS At, h.why AS Why, h.request AS Request, h.role AS Role, h.on_behalf_of AS OnBehalfOf,
               h.instruction AS Instruction, h.application AS Application, h.content AS Content, (SELECT p.who FROM history_person p WHERE p.seq = h.seq) AS Who,
               (SELECT b.state FROM history b WHERE b.item = h.item AND b.revision < h.revision ORDER BY b.revision DESC LIMIT 1) AS StateBefore,
               (SELECT b.content FROM history b WHERE b.item = h.item AND b.revision < h.revision AND b.content IS NOT NULL ORDER BY b.revision DESC LIMIT 1) AS ContentBefore,
               ({OwnersVerb}) AS OwnersVerb
        FROM history h
        """;

    /// <summary>One page of the events that pass the filter.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="unansweredOnly">Only those after which the owner did nothing with the resource.</param>
    /// <param name="pageSize">0 is 50; more than 100 is 100.</param>
    /// <param name="pageToken">Empty, or the token of the page before.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<Page<AuditRow>> ListAsync(AuditFilter filter, bool unansweredOnly, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var size = pageSize switch
        {
            < 0 => throw MatchingException.Invalid("pageSize", $"{pageSize} is negative; 0 asks for the default of {DefaultPageSize}."),
            0 => DefaultPageSize,
            _ => Math.Min(pageSize, MaxPageSize),
        };
        var arguments = $"audit|{filter}|{unansweredOnly}";
        var parameters = new DynamicParameters();
        parameters.Add("@limit", size + 1);
        List<string> conditions = ["TRUE"];
        if (PageToken.ReadNumbers(pageToken, arguments, keys: 2) is [var lastTx, var lastSeq])
        {
            conditions.Add($"({database.Sql.Place}) < ({database.Sql.At})");
            parameters.Add("@tx", lastTx);
            parameters.Add("@seq", lastSeq);
        }

        void Where(bool isAsked, string condition, string name, object? value)
        {
            if (isAsked)
            {
                conditions.Add(condition);
                parameters.Add(name, value);
            }
        }

        var owner = filter.Participant?.ToString() ?? (filter.Resource.Split('/') is [var collection, var id, ..] ? $"{collection}/{id}" : "");
        Where(owner.Length > 0, "h.parent = @owner", "@owner", owner);
        Where(filter.Resource.Length > 0, "h.name = @resource", "@resource", filter.Resource);
        Where(filter.Subject.Length > 0, "h.seq IN (SELECT s.seq FROM history_person s WHERE s.who = @subject)", "@subject", filter.Subject);
        Where(filter.Role is not null, "h.role = @role", "@role", filter.Role is { } role ? StateJson.Name(role) : "");
        Where(filter.Verb.Length > 0, "h.why = @verb", "@verb", filter.Verb);
        Where(filter.From is not null, "h.at >= @from", "@from", filter.From is { } from ? StateJson.Format(from) : "");
        Where(filter.To is not null, "h.at < @to", "@to", filter.To is { } to ? StateJson.Format(to) : "");
        Where(filter.OnBehalfOnly, "h.on_behalf_of <> @nobody", "@nobody", "");
        Where(unansweredOnly, $"NOT EXISTS ({OwnersVerb})", "@unanswered", true);
        await using var read = await database.OpenReadAsync(cancellationToken);
        var rows = (await read.QueryAsync<AuditRow>(new($"{select} WHERE {string.Join(" AND ", conditions)} ORDER BY {database.Sql.Newest} LIMIT @limit", parameters, cancellationToken: cancellationToken))).AsList();
        var seal = await read.QueryFirstOrDefaultAsync<HistorySeal>(new($"{HistorySeal.Select} ORDER BY id DESC LIMIT 1", cancellationToken: cancellationToken));
        rows.ForEach(row => row.IsSealed = seal is not null && new Position(row.Tx, row.Seq).IsBeforeOrAt(seal.Last));
        return new([.. rows.Take(size)], rows.Count > size ? PageToken.Write(arguments, Text(rows[size - 1].Tx), Text(rows[size - 1].Seq)) : "");

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
