namespace CooperaNet.Matching.EndToEndTests.Linearizability;

public sealed class LinearizabilityCheckerTests
{
    private static readonly Operation Created = new(Verb.Create, "a", "", 0, 1, Answer.Done, new("DRAFT", "a", "1"));

    [Fact]
    public void Calls_one_after_the_other_are() =>
        Assert.True(LinearizabilityChecker.IsLinearizable([Created, new(Verb.Update, "b", "1", 2, 3, Answer.Done, new("DRAFT", "b", "2")), new(Verb.Read, "", "", 4, 5, Answer.Done, new("DRAFT", "b", "2"))]));

    [Fact]
    public void A_read_that_misses_an_acknowledged_write_is_found() =>
        Assert.False(LinearizabilityChecker.IsLinearizable([Created, new(Verb.Update, "b", "", 2, 3, Answer.Done, new("DRAFT", "b", "2")), new(Verb.Read, "", "", 4, 5, Answer.Done, new("DRAFT", "a", "1"))]));

    [Fact]
    public void Two_writes_that_both_met_the_same_etag_are_found() =>
        Assert.False(LinearizabilityChecker.IsLinearizable([Created, new(Verb.Update, "b", "1", 2, 9, Answer.Done, new("DRAFT", "b", "2")), new(Verb.Update, "c", "1", 2, 9, Answer.Done, new("DRAFT", "c", "2"))]));

    [Fact]
    public void A_write_of_which_nobody_knows_may_appear_late_or_never_but_not_vanish_again()
    {
        var unknown = new Operation(Verb.Update, "b", "", 2, 3, Answer.Unknown, null);
        Operation Read(long at, string title, string revision) => new(Verb.Read, "", "", at, at + 1, Answer.Done, new("DRAFT", title, revision));
        Assert.True(LinearizabilityChecker.IsLinearizable([Created, unknown, Read(4, "a", "1"), Read(6, "a", "1")]));
        Assert.True(LinearizabilityChecker.IsLinearizable([Created, unknown, Read(4, "a", "1"), Read(6, "b", "2")]));
        Assert.False(LinearizabilityChecker.IsLinearizable([Created, unknown, Read(4, "b", "2"), Read(6, "a", "1")]));
    }

    [Fact]
    public void A_refusal_that_no_order_explains_is_found() =>
        Assert.False(LinearizabilityChecker.IsLinearizable([Created, new(Verb.Publish, "", "1", 2, 3, Answer.Refused, null)]));

    [Fact]
    public void A_repeated_change_may_be_told_as_another_left_it_but_must_have_happened()
    {
        var update = new Operation(Verb.Update, "c", "2", 3, 8, Answer.Done, new("DRAFT", "c", "3"));
        Operation Repeated(string title, string revision) => new(Verb.Update, "b", "", 2, 9, Answer.Done, new("DRAFT", title, revision));
        Assert.True(LinearizabilityChecker.IsLinearizable([Created, Repeated("c", "3"), update]));
        Assert.False(LinearizabilityChecker.IsLinearizable([Created, Repeated("b", "4"), update]));
        Assert.False(LinearizabilityChecker.IsLinearizable([Created, Repeated("c", "3"), update with { Invoked = 10, Returned = 11 }]));
        Assert.False(LinearizabilityChecker.IsLinearizable([Created, Repeated("c", "2"), update with { Etag = "1", Told = new("DRAFT", "c", "2") }]));
    }

    [Fact]
    public void Concurrent_calls_may_have_happened_in_either_order() =>
        Assert.True(LinearizabilityChecker.IsLinearizable([Created, new(Verb.Publish, "", "", 2, 9, Answer.Done, new("PUBLISHED", "b", "3")), new(Verb.Update, "b", "", 3, 8, Answer.Done, new("DRAFT", "b", "2"))]));
}
