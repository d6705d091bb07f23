using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using static CooperaNet.Matching.CallerRole;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>One row of the policy.</summary>
/// <param name="Rpc">Service and method.</param>
/// <param name="Roles">Who may call it.</param>
/// <param name="Reads">The request's fields of which one must name what the caller may read entirely: its own, and anything for the Secretariat.</param>
/// <param name="Changes">The request's field that must name what the caller may change.</param>
internal sealed record Rule(string Rpc, IReadOnlyCollection<CallerRole> Roles, string Reads = "", string Changes = "")
{
    /// <summary>The names of what the call is about; empty when the rule asks for none or the request gives none.</summary>
    public IReadOnlyList<string> Objects(IMessage request) =>
        [.. (Changes.Length > 0 ? Changes : Reads).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(path => Value(request, path) as string).OfType<string>().Where(name => name.Length > 0)];

    /// <summary>For whom the Secretariat says it acts: beside the object in the request, or in the settings that begin a stream. What it may not call can't say so.</summary>
    public V1.OnBehalfOf? OnBehalfOf(IMessage request) =>
        Changes.Length == 0 || !Roles.Contains(Secretariat) ? null : Value(request, Changes.StartsWith("settings.", StringComparison.Ordinal) ? "settings.on_behalf_of" : "on_behalf_of") as V1.OnBehalfOf;

    private static object? Value(IMessage request, string path) =>
        path.Split('.').Aggregate((object?)request, (value, field) => value is IMessage message ? Field(message.Descriptor, field).Accessor.GetValue(message) : null);

    private static FieldDescriptor Field(MessageDescriptor message, string name) =>
        message.FindFieldByName(name) ?? throw new InvalidOperationException($"{message.FullName} has no field {name}.");
}

/// <summary>
/// Who may call what: one row for every RPC, and what has no row nobody may call. Lists show what is published and what is the
/// caller's own; an item that is neither doesn't exist for the caller (see Caller in Interfaces and ItemDesk in Grains, which decide again).
/// An application needs the scope read or write for what is its participant's own.
/// </summary>
internal static class Policy
{
    private static readonly CallerRole[] Everyone = [Anonymous, FocalPoint, Partner, Secretariat, Administrator, Application];

    /// <summary>Who has offers.</summary>
    private static readonly CallerRole[] Providers = [FocalPoint, Partner, Secretariat, Application];

    /// <summary>Who has needs.</summary>
    private static readonly CallerRole[] Seekers = [FocalPoint, Secretariat, Application];

    private static readonly Rule[] Rows =
    [
        new("AuthorityService/GetAuthority", Everyone),
        new("AuthorityService/ListAuthorities", Everyone),
        new("AuthorityService/UpdateAuthority", Seekers, Changes: "authority.name"),
        new("AuthorityService/ConfirmAuthority", [FocalPoint, Application], Changes: "name"),
        new("AuthorityService/ListActionsOnBehalf", Providers, Reads: "parent"),
        new("AuthorityService/GetPartner", Everyone),
        new("AuthorityService/ListPartners", Everyone),
        new("AuthorityService/UpdatePartner", [Partner, Secretariat, Application], Changes: "partner.name"),
        new("AuthorityService/ConfirmPartner", [Partner, Application], Changes: "name"),

        new("AccountService/GetAccount", [FocalPoint, Partner, Secretariat], Reads: "name"),
        new("AccountService/ListAccounts", [Secretariat]),
        new("AccountService/InviteAccount", [Secretariat]),
        new("AccountService/ResendInvitation", [Secretariat]),
        new("AccountService/SuspendAccount", [Secretariat]),
        new("AccountService/ResumeAccount", [Secretariat]),
        new("AccountService/HandOverAccount", [Secretariat]),
        new("AccountService/ChangeAccountAddress", [FocalPoint, Partner, Secretariat], Reads: "name"),

        new("ExchangeService/SearchExchange", Everyone),
        new("ExchangeService/GetOffer", Everyone),
        new("ExchangeService/ListOffers", Everyone),
        new("ExchangeService/CreateOffer", Providers, Changes: "parent"),
        new("ExchangeService/UpdateOffer", Providers, Changes: "offer.name"),
        new("ExchangeService/DeleteOffer", Providers, Changes: "name"),
        new("ExchangeService/PublishOffer", Providers, Changes: "name"),
        new("ExchangeService/WithdrawOffer", Providers, Changes: "name"),
        new("ExchangeService/ConfirmOffer", Providers, Changes: "name"),
        new("ExchangeService/GetNeed", Everyone),
        new("ExchangeService/ListNeeds", Everyone),
        new("ExchangeService/CreateNeed", Seekers, Changes: "parent"),
        new("ExchangeService/UpdateNeed", Seekers, Changes: "need.name"),
        new("ExchangeService/DeleteNeed", Seekers, Changes: "name"),
        new("ExchangeService/PublishNeed", Seekers, Changes: "name"),
        new("ExchangeService/WithdrawNeed", Seekers, Changes: "name"),
        new("ExchangeService/ConfirmNeed", Seekers, Changes: "name"),

        new("CatalogService/CreateCatalogImport", Providers, Changes: "parent"),
        new("CatalogService/StreamCatalogImport", Providers, Changes: "settings.parent"),
        new("CatalogService/GetCatalogImport", Providers, Reads: "name"),
        new("CatalogService/ListCatalogImports", Providers, Reads: "parent"),
        new("CatalogService/ListCatalogImportRows", Providers, Reads: "parent"),
        new("CatalogService/CancelCatalogImport", Providers, Changes: "name"),
        new("CatalogService/WithdrawMissingItems", Providers, Changes: "name"),
        new("CatalogService/GetCatalogMapping", Providers, Reads: "name"),
        new("CatalogService/ExportCatalog", Everyone),

        new("MatchingService/ListSuggestions", Seekers, Reads: "parent"),
        new("MatchingService/WatchSuggestions", Seekers, Reads: "parent"),
        new("MatchingService/ListProspects", Providers, Reads: "parent"),
        new("MatchingService/ExplainSuggestion", Providers, Reads: "need offer"),
        new("MatchingService/PreviewSuggestions", Everyone),
        new("MatchingService/SuggestCodes", Everyone),

        new("StatisticsService/GetStatistics", Everyone),
        new("StatisticsService/WatchStatistics", Everyone),

        new("QualityService/ListFindings", Providers),

        new("AdminService/ListAuditEvents", [Secretariat, Administrator]),
        new("AdminService/ExportAuditEvents", [Secretariat, Administrator]),
        new("AdminService/ListSignInEvents", [Secretariat, Administrator]),
        new("AdminService/VerifyIndex", [Administrator]),

        new("grpc.health.v1.Health/Check", Everyone),
        new("grpc.health.v1.Health/Watch", Everyone),
        new("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Everyone),
        new("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Everyone),
    ];

    private static readonly Dictionary<string, Rule> Rules = Rows.ToDictionary(row => row.Rpc.Contains('.', StringComparison.Ordinal) ? $"/{row.Rpc}" : $"/cooperanet.matching.v1.{row.Rpc}");

    /// <summary>The row of an RPC by its path (<c>/package.Service/Method</c>); null when it has none.</summary>
    public static Rule? Find(string rpc) => Rules.GetValueOrDefault(rpc);

    /// <summary>Proves that the rows are those of the RPCs that are served, one each.</summary>
    /// <exception cref="InvalidOperationException">An RPC without a row, or a row without an RPC.</exception>
    public static void CheckCovers(IEnumerable<Endpoint> endpoints)
    {
        var served = endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName).OfType<string>().ToHashSet();
        var (open, unused) = (string.Join(", ", served.Except(Rules.Keys)), string.Join(", ", Rules.Keys.Except(served)));
        if (open.Length + unused.Length > 0)
        {
            throw new InvalidOperationException($"The access policy has no row for [{open}] and rows for nothing: [{unused}].");
        }
    }
}
