namespace CooperaNet.Matching.EndToEndTests.Linearizability;

/// <summary>What a client can do with one item.</summary>
internal enum Verb
{
    Create,
    Update,
    Publish,
    Withdraw,
    Read,
}

/// <summary>What the client was told.</summary>
internal enum Answer
{
    /// <summary>It was done, or read.</summary>
    Done,

    /// <summary>Refused by a rule: nothing changed.</summary>
    Refused,

    /// <summary>Nobody knows whether it was done: it may take effect at any later time, or never.</summary>
    Unknown,
}

/// <summary>One call of the recorded history.</summary>
/// <param name="Verb">What.</param>
/// <param name="Title">The title that an update or a creation sets.</param>
/// <param name="Etag">The etag given; empty for none.</param>
/// <param name="Invoked">When it began.</param>
/// <param name="Returned">When it was answered.</param>
/// <param name="Answer">The outcome.</param>
/// <param name="Told">What the answer said of the item; null when it doesn't exist or nothing is known.</param>
internal sealed record Operation(Verb Verb, string Title, string Etag, long Invoked, long Returned, Answer Answer, ItemValue? Told);

/// <summary>What an item is, as far as clients see it.</summary>
/// <param name="State">DRAFT, PUBLISHED or WITHDRAWN.</param>
/// <param name="Title">The title.</param>
/// <param name="Revision">The etag's revision.</param>
internal sealed record ItemValue(string State, string Title, string Revision);
