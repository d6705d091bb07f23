using CooperaNet.Matching.Audit;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Consistency;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Mail;
using CooperaNet.Matching.Quality;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Search;
using CooperaNet.Matching.SignIns;
using CooperaNet.Matching.Statistics;
using CooperaNet.Matching.Suggestions;

namespace CooperaNet.Matching;

/// <summary>The only place where a domain id becomes a grain key.</summary>
public static class GrainFactoryExtensions
{
    /// <summary>A reference to the grain that owns an offer or need; makes no call.</summary>
    public static IItemGrain GetItem(this IGrainFactory grains, ItemId id) => id.Kind == ItemKind.Offer
        ? grains.GetGrain<IOfferGrain>(id.ToString())
        : grains.GetGrain<INeedGrain>(id.ToString());

    /// <summary>A reference to the grain that owns a need.</summary>
    public static INeedGrain GetNeed(this IGrainFactory grains, ItemId id) => grains.GetGrain<INeedGrain>(id.ToString());

    /// <summary>A reference to the grain that owns an authority or partner.</summary>
    public static IParticipantGrain GetParticipant(this IGrainFactory grains, ParentId id) => id.Kind == ParentKind.Authority
        ? grains.GetGrain<IAuthorityGrain>(id.ToString())
        : grains.GetGrain<IPartnerGrain>(id.ToString());

    /// <summary>A reference to the same grain, for its account.</summary>
    public static IAccountGrain GetAccount(this IGrainFactory grains, ParentId id) => id.Kind == ParentKind.Authority
        ? grains.GetGrain<IAuthorityGrain>(id.ToString())
        : grains.GetGrain<IPartnerGrain>(id.ToString());

    /// <summary>Reads accounts; any silo serves it.</summary>
    public static IAccountsGrain GetAccounts(this IGrainFactory grains) => grains.GetGrain<IAccountsGrain>(0);

    /// <summary>Sends letters; any silo serves it.</summary>
    public static IMailGrain GetMail(this IGrainFactory grains) => grains.GetGrain<IMailGrain>(0);

    /// <summary>Reads sign-ins; any silo serves it.</summary>
    public static ISignInsGrain GetSignIns(this IGrainFactory grains) => grains.GetGrain<ISignInsGrain>(0);

    /// <summary>Reads lists from the register; any silo serves it.</summary>
    public static IRegisterGrain GetRegister(this IGrainFactory grains) => grains.GetGrain<IRegisterGrain>(0);

    /// <summary>Reads the figures; any silo serves it.</summary>
    public static IStatisticsGrain GetStatistics(this IGrainFactory grains) => grains.GetGrain<IStatisticsGrain>(0);

    /// <summary>A reference to the grain that owns an import.</summary>
    public static ICatalogImportGrain GetCatalogImport(this IGrainFactory grains, CatalogImportId id) => grains.GetGrain<ICatalogImportGrain>(id.ToString());

    /// <summary>A reference to the grain that remembers how a parent's files are read.</summary>
    public static ICatalogMappingGrain GetCatalogMapping(this IGrainFactory grains, ParentId id) => grains.GetGrain<ICatalogMappingGrain>(id.ToString());

    /// <summary>Looks for what lowers the worth of items; any silo serves it.</summary>
    public static IQualityGrain GetQuality(this IGrainFactory grains) => grains.GetGrain<IQualityGrain>(0);

    /// <summary>Reads the history; any silo serves it.</summary>
    public static IAuditGrain GetAudit(this IGrainFactory grains) => grains.GetGrain<IAuditGrain>(0);

    /// <summary>Compares the index with the register; any silo serves it.</summary>
    public static IIndexGrain GetIndex(this IGrainFactory grains) => grains.GetGrain<IIndexGrain>(0);

    /// <summary>Searches by words; any silo serves it.</summary>
    public static ISearchGrain GetSearch(this IGrainFactory grains) => grains.GetGrain<ISearchGrain>(0);

    /// <summary>Computes suggestions; any silo serves it.</summary>
    public static IMatchmakerGrain GetMatchmaker(this IGrainFactory grains) => grains.GetGrain<IMatchmakerGrain>(0);
}
