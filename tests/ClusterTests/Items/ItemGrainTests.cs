using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.ClusterTests.Items;

public class ItemGrainTests(ExchangeFixture exchange)
{
    private static readonly ItemContent Wells = new() { Title = "Solar wells for schools", Summary = "Drilling and maintaining solar-powered wells.", LanguageCode = "en", Goals = [6] };

    private readonly IItemGrain offer = exchange.Grains.GetItem(new(new(ParentKind.Authority, "pe"), ItemKind.Offer, $"t-{Guid.NewGuid():n}"));
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    private static Caller Caller(string request = "") => Matching.Caller.System with { RequestId = request };

    [Fact]
    public async Task A_draft_is_published_withdrawn_and_published_again()
    {
        await offer.CreateAsync(Wells, Caller(), false, cancellation);
        await offer.PublishAsync("1", Caller(), cancellation);
        await offer.WithdrawAsync("2", Caller(), cancellation);
        var item = await offer.PublishAsync("3", Caller(), cancellation);

        Assert.Equal((ItemState.Published, "4", "republish"), (item.State, item.Etag, item.Change!.Why));
    }

    [Fact]
    public async Task A_stale_etag_changes_nothing()
    {
        await offer.CreateAsync(Wells, Caller(), false, cancellation);

        var refusal = await Assert.ThrowsAsync<MatchingException>(() => offer.UpdateAsync(Wells with { Title = "Other title" }, ItemFields.Title, "9", Caller(), false, cancellation));

        Assert.Equal(MatchingError.Stale, refusal.Error);
        Assert.Equal(("Solar wells for schools", 1L), ((await offer.FindAsync(Caller(), cancellation))!.Content.Title, (await offer.FindAsync(Caller(), cancellation))!.Revision));
    }

    [Fact]
    public async Task A_repeated_request_changes_nothing_more()
    {
        var first = await offer.CreateAsync(Wells, Caller("r1"), false, cancellation);
        var again = await offer.CreateAsync(Wells, Caller("r1"), false, cancellation);
        await offer.PublishAsync("", Caller("r2"), cancellation);
        var published = await offer.PublishAsync("", Caller("r2"), cancellation);

        Assert.Equal((1L, 1L, 2L), (first.Revision, again.Revision, published.Revision));
        await Assert.ThrowsAsync<MatchingException>(() => offer.CreateAsync(Wells, Caller("r3"), false, cancellation));
    }

    /// <summary>A call whose answer was lost comes again when others have changed the item.</summary>
    [Fact]
    public async Task A_repeated_request_is_known_after_the_changes_of_others()
    {
        await offer.CreateAsync(Wells, Caller("create"), false, cancellation);
        await offer.PublishAsync("", Caller("publish"), cancellation);
        await offer.UpdateAsync(Wells with { Title = "Mine of yesterday" }, ItemFields.Title, "", Caller("update"), false, cancellation);
        await offer.WithdrawAsync("", Caller("withdraw"), cancellation);
        await offer.UpdateAsync(Wells with { Title = "Theirs of today" }, ItemFields.Title, "", Caller("other"), false, cancellation);

        Item[] answers =
        [
            await offer.CreateAsync(Wells, Caller("create"), false, cancellation),
            await offer.PublishAsync("", Caller("publish"), cancellation),
            await offer.UpdateAsync(Wells with { Title = "Mine of yesterday" }, ItemFields.Title, "2", Caller("update"), false, cancellation),
            await offer.WithdrawAsync("3", Caller("withdraw"), cancellation),
        ];

        Assert.All(answers, answer => Assert.Equal((5L, ItemState.Withdrawn, "Theirs of today"), (answer.Revision, answer.State, answer.Content.Title)));
        var republished = await offer.PublishAsync("", Caller("republish"), cancellation);
        await offer.UpdateAsync(Wells, ItemFields.Title, "", Caller("another"), false, cancellation);
        Assert.Equal((6L, 7L), (republished.Revision, (await offer.PublishAsync("", Caller("republish"), cancellation)).Revision));
        Assert.Equal(MatchingError.WrongState, (await Assert.ThrowsAsync<MatchingException>(() => offer.PublishAsync("", Caller("withdraw"), cancellation))).Error); // the id of another verb
    }

    [Fact]
    public async Task A_repeated_deletion_spares_the_draft_that_came_after_it()
    {
        await offer.CreateAsync(Wells, Caller("create"), false, cancellation);
        await offer.DeleteAsync("", Caller("delete"), cancellation);
        Assert.Equal(MatchingError.NotFound, (await Assert.ThrowsAsync<MatchingException>(() => offer.CreateAsync(Wells, Caller("create"), false, cancellation))).Error);
        await offer.CreateAsync(Wells, Caller("anew"), false, cancellation);

        await offer.DeleteAsync("", Caller("delete"), cancellation);

        Assert.Equal(3, (await offer.FindAsync(Caller(), cancellation))!.Revision);
    }

    /// <summary>What an item remembers does not grow with its changes, and an old request is a new one again.</summary>
    [Fact]
    public async Task The_last_eight_requests_are_remembered()
    {
        await offer.CreateAsync(Wells, Caller(), false, cancellation);
        for (var i = 0; i < 9; i++)
        {
            await offer.UpdateAsync(Wells with { Title = $"Title {i}" }, ItemFields.Title, "", Caller($"update-{i}"), false, cancellation);
        }

        var known = await offer.UpdateAsync(Wells with { Title = "Title 1" }, ItemFields.Title, "", Caller("update-1"), false, cancellation);
        var forgotten = await offer.UpdateAsync(Wells with { Title = "Title 0" }, ItemFields.Title, "", Caller("update-0"), false, cancellation);

        Assert.Equal((10L, "Title 8", 11L, "Title 0", 7), (known.Revision, known.Content.Title, forgotten.Revision, forgotten.Content.Title, forgotten.Change!.Earlier!.Count));
    }

    [Fact]
    public async Task A_deleted_draft_is_gone_and_its_id_is_free()
    {
        await offer.CreateAsync(Wells, Caller(), false, cancellation);
        await offer.DeleteAsync("1", Caller(), cancellation);
        Assert.Null(await offer.FindAsync(Caller(), cancellation));

        var again = await offer.CreateAsync(Wells, Caller(), false, cancellation);
        Assert.Equal(3, again.Revision); // revisions go on, so that the history never holds one twice
    }

    [Fact]
    public async Task An_item_of_an_unknown_authority_is_refused()
    {
        var nowhere = exchange.Grains.GetItem(new(new(ParentKind.Authority, "zz"), ItemKind.Need, "x"));

        Assert.Equal(MatchingError.NotFound, (await Assert.ThrowsAsync<MatchingException>(() => nowhere.CreateAsync(Wells, Caller(), false, cancellation))).Error);
    }

    [Fact]
    public async Task A_missing_language_is_detected_and_said()
    {
        var item = await offer.CreateAsync(Wells with { Title = "Pozos solares para escuelas rurales", Summary = "Perforación y mantenimiento de pozos.", LanguageCode = "" }, Caller(), false, cancellation);

        Assert.Equal(("es", true), (item.Content.LanguageCode, item.LanguageDetected));
    }

    [Fact]
    public async Task Validate_only_stores_nothing()
    {
        await offer.CreateAsync(Wells, Caller(), validateOnly: true, cancellation);

        Assert.Null(await offer.FindAsync(Caller(), cancellation));
    }
}
