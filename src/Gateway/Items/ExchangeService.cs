using System.Globalization;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Register;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Items;

/// <summary>Translates wire messages to grain calls and back; decides nothing.</summary>
internal sealed partial class ExchangeService(IGrainFactory grains, IOptions<FreshnessOptions> freshness, TimeProvider clock) : V1.ExchangeService.ExchangeServiceBase
{
    private Freshness Freshness => freshness.Value.At(clock.GetUtcNow());

    private async Task<Item> GetAsync(string name, ItemKind kind, ServerCallContext context) =>
        await grains.GetItem(ItemId.Parse(name, kind, "name")).FindAsync(context.Caller(), context.CancellationToken) ?? throw MatchingException.NotFound(name);

    /// <summary>What a published item's tags lack: proposed to its owner, never set.</summary>
    private async Task<IEnumerable<V1.TagProposal>> ProposeTagsAsync(Item item, ServerCallContext context)
    {
        var codes = await grains.GetMatchmaker().ProposeTagsAsync(item.Content, context.CancellationToken);
        return codes.Areas.Select(code => new V1.TagProposal { AreaOfFocus = code.Code, Probability = code.Probability, Terms = { code.Terms } })
            .Concat(codes.Goals.Select(code => new V1.TagProposal { Goal = int.Parse(code.Code, CultureInfo.InvariantCulture), Probability = code.Probability, Terms = { code.Terms } }));
    }

    private Task<Page<Item>> ListAsync(ItemQuery query, ServerCallContext context) => grains.GetRegister().ListItemsAsync(query, context.Caller(), context.CancellationToken);

    private Task<Item> CreateAsync(string parent, ItemKind kind, string id, string idField, ItemContent content, string requestId, bool validateOnly, ServerCallContext context)
    {
        var owner = ParentId.Parse(parent, "parent");
        if (kind == ItemKind.Need && owner.Kind == ParentKind.Partner)
        {
            throw MatchingException.Invalid("parent", "a partner publishes offers only.");
        }

        if (id.Length > 0 && !ResourceId.IsValid(id))
        {
            throw MatchingException.Invalid(idField, $"'{ResourceId.Excerpt(id)}' is not an id: 1 to 63 characters a-z, 0-9 and hyphen, not starting with a hyphen.");
        }

        var caller = context.Caller(requestId);
        var chosen = id.Length > 0 ? id : NewItemId.For(owner, kind, requestId);
        return grains.GetItem(new(owner, kind, chosen)).CreateAsync(content, caller, validateOnly, context.CancellationToken);
    }
}
