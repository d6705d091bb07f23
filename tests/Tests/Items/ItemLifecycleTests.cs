using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.Tests.Items;

public class ItemLifecycleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Caller Caller = Matching.Caller.System with { Subject = "tester" };
    private static readonly Participant Peru = new() { Name = "authorities/pe", Country = "PE", Revision = 1 };
    private static readonly Item Draft = ItemLifecycle.Create(new(), new(new(ParentKind.Authority, "pe"), ItemKind.Offer, "wells"), Peru, new() { Title = "Solar wells" }, Caller, Now);

    [Fact]
    public void A_new_item_is_a_draft_of_its_owners_country() => Assert.Equal((ItemState.Draft, "PE", "offer-member-state", 1L), (Draft.State, Draft.Country, Draft.Type, Draft.Revision));

    [Fact]
    public void Publishing_confirms_and_withdrawing_allows_to_publish_again()
    {
        var published = ItemLifecycle.Publish(Draft, Caller, Now);
        var again = ItemLifecycle.Publish(ItemLifecycle.Withdraw(published, Caller, Now), Caller, Now.AddDays(1));

        Assert.Equal(Now, published.ConfirmTime);
        Assert.Equal((ItemState.Published, "republish", 4L, Now.AddDays(1)), (again.State, again.Change!.Why, again.Revision, again.ConfirmTime!.Value));
    }

    [Fact]
    public void Verbs_refuse_the_wrong_state()
    {
        var published = ItemLifecycle.Publish(Draft, Caller, Now);

        Assert.All(
            (Action[])[() => ItemLifecycle.Publish(published, Caller, Now), () => ItemLifecycle.Delete(published, Caller, Now), () => ItemLifecycle.Withdraw(Draft, Caller, Now), () => ItemLifecycle.Confirm(Draft, Caller, Now)],
            verb => Assert.Equal(MatchingError.WrongState, Assert.Throws<MatchingException>(verb).Error));
    }

    [Fact]
    public void A_deleted_draft_keeps_no_content_but_who_deleted_it()
    {
        var deleted = ItemLifecycle.Delete(Draft, Caller, Now);

        Assert.False(deleted.Exists);
        Assert.Equal(("", "delete", "tester"), (deleted.Content.Title, deleted.Change!.Why, deleted.Change.Who));
    }

    [Fact]
    public void An_update_changes_only_the_named_fields()
    {
        var updated = ItemLifecycle.Update(Draft, new() { Title = "Solar pumps", Summary = "ignored" }, ItemFields.Title, Caller, Now);

        Assert.Equal(("Solar pumps", ""), (updated.Content.Title, updated.Content.Summary));
    }

    [Fact]
    public void A_stale_etag_is_refused() => Assert.Equal(MatchingError.Stale, Assert.Throws<MatchingException>(() => ItemLifecycle.CheckEtag(Draft, "7")).Error);
}
