using CooperaNet.Matching.Authorities;

namespace CooperaNet.Matching.Items;

/// <summary>What each verb makes of an item: the item as it is and a wish in, the item as it shall be out. Pure; throws before anything changes.</summary>
internal static class ItemLifecycle
{
    /// <summary>True when this very request changed the item before: the answer was lost, the work is done.</summary>
    public static bool IsReplay(this Item item, Caller caller, string why, DateTimeOffset now) =>
        Replays.Are(item.Change, caller, why, now);

    /// <summary>True when this very request created the item within the last 24 hours.</summary>
    public static bool IsCreatedBy(Item item, Caller caller, DateTimeOffset now) =>
        item.Exists && caller.RequestId.Length > 0 && item.CreateRequestId == caller.RequestId && now - item.CreateTime < Replays.Memory;

    public static Item Create(Item item, ItemId id, Participant parent, ItemContent content, Caller caller, DateTimeOffset now)
    {
        if (item.Exists)
        {
            throw new MatchingException(MatchingError.AlreadyExists, $"'{id}' exists already.");
        }

        if (item.IsReplay(caller, "create", now))
        {
            throw new MatchingException(MatchingError.NotFound, $"'{id}' was created by this very request, and has been deleted since.");
        }

        ItemRules.Check(content, id.Kind);
        return new Item
        {
            Name = id.ToString(),
            Parent = parent.Name,
            Country = parent.Country,
            Type = id.Kind == ItemKind.Need ? "need" : id.Parent.Kind == ParentKind.Authority ? "offer-member-state" : "offer-partner",
            State = ItemState.Draft,
            Content = content,
            CreateTime = now,
            CreateRequestId = caller.RequestId,
            Bucket = Bucket.Of(id.ToString()),
            Revision = item.Revision,
            Change = item.Change,
        }.Changed(caller, "create", now);
    }

    public static Item Update(Item item, ItemContent content, ItemFields fields, Caller caller, DateTimeOffset now)
    {
        var merged = Merge(item.Content, content, fields);
        ItemRules.Check(merged, ItemId.Find(item.Name)!.Value.Kind);
        return (item with { Content = merged, LanguageDetected = item.LanguageDetected && !fields.HasFlag(ItemFields.LanguageCode) }).Changed(caller, "update", now);
    }

    public static Item Publish(Item item, Caller caller, DateTimeOffset now) => item.State == ItemState.Published
        ? throw WrongState(item, "publish", "published already")
        : (item with { State = ItemState.Published, ConfirmTime = now }).Changed(caller, item.State == ItemState.Withdrawn ? "republish" : "publish", now);

    public static Item Withdraw(Item item, Caller caller, DateTimeOffset now) => item.State != ItemState.Published
        ? throw WrongState(item, "withdraw", "not published")
        : (item with { State = ItemState.Withdrawn }).Changed(caller, "withdraw", now);

    /// <summary>The owner confirms what was entered on its behalf in any state; that an item still holds is said of published ones.</summary>
    public static Item Confirm(Item item, Caller caller, DateTimeOffset now) =>
        item.State == ItemState.Published ? (item with { ConfirmTime = now }).Changed(caller, "confirm", now)
        : item.Entry is not null && caller.Role != CallerRole.Secretariat ? item.Changed(caller, "confirm", now)
        : throw WrongState(item, "confirm", "not published");

    /// <summary>A deleted draft keeps its name, revision and last change; its content is gone.</summary>
    public static Item Delete(Item item, Caller caller, DateTimeOffset now) => item.State != ItemState.Draft
        ? throw WrongState(item, "delete", "not a draft; withdraw it instead")
        : (item with { State = ItemState.None, Content = new(), CreateRequestId = "" }).Changed(caller, "delete", now);

    /// <exception cref="MatchingException">Stale, when the caller saw another revision.</exception>
    public static void CheckEtag(Item item, string etag)
    {
        if (etag.Length > 0 && etag != item.Etag)
        {
            throw new MatchingException(MatchingError.Stale, $"'{item.Name}' has the etag '{item.Etag}', not '{ResourceId.Excerpt(etag)}': read it again and repeat the change.");
        }
    }

    private static Item Changed(this Item item, Caller caller, string why, DateTimeOffset now) =>
        item with { Revision = item.Revision + 1, UpdateTime = now, Change = caller.Did(why, now).After(item.Change), Entry = caller.Entry(now, item.Entry) };

    private static MatchingException WrongState(Item item, string verb, string because) =>
        new(MatchingError.WrongState, $"'{item.Name}' cannot be changed by '{verb}': it is {because}.");

    private static ItemContent Merge(ItemContent old, ItemContent given, ItemFields fields) => old with
    {
        Title = fields.HasFlag(ItemFields.Title) ? given.Title : old.Title,
        Summary = fields.HasFlag(ItemFields.Summary) ? given.Summary : old.Summary,
        LanguageCode = fields.HasFlag(ItemFields.LanguageCode) ? given.LanguageCode : old.LanguageCode,
        Translations = fields.HasFlag(ItemFields.Translations) ? given.Translations : old.Translations,
        AreasOfFocus = fields.HasFlag(ItemFields.AreasOfFocus) ? given.AreasOfFocus : old.AreasOfFocus,
        Goals = fields.HasFlag(ItemFields.Goals) ? given.Goals : old.Goals,
        Maturity = fields.HasFlag(ItemFields.Maturity) ? given.Maturity : old.Maturity,
        ResponsibleInstitution = fields.HasFlag(ItemFields.ResponsibleInstitution) ? given.ResponsibleInstitution : old.ResponsibleInstitution,
        Modalities = fields.HasFlag(ItemFields.Modalities) ? given.Modalities : old.Modalities,
        DcfProject = fields.HasFlag(ItemFields.DcfProject) ? given.DcfProject : old.DcfProject,
        Links = fields.HasFlag(ItemFields.Links) ? given.Links : old.Links,
        ExpireTime = fields.HasFlag(ItemFields.ExpireTime) ? given.ExpireTime : old.ExpireTime,
    };
}
