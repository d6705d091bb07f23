using System.ComponentModel.DataAnnotations;

namespace CooperaNet.Matching.Items;

/// <summary>When an item counts as stale. Bound from the section "Matching" by silo and gateway alike.</summary>
public sealed class FreshnessOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Matching";

    /// <summary>An item not confirmed for this long is stale and ranks lower. Default: 730 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromDays(730);

    /// <summary>Whether items hold as of a moment.</summary>
    public Freshness At(DateTimeOffset now) => new(now, now - StaleAfter);
}

/// <summary>Whether items still hold as of a moment.</summary>
/// <param name="Now">The moment, UTC.</param>
/// <param name="StaleBefore">What was last confirmed before this is stale, UTC.</param>
public readonly record struct Freshness(DateTimeOffset Now, DateTimeOffset StaleBefore)
{
    /// <summary>True for a published item that its owner has not confirmed for too long.</summary>
    public bool IsStale(Item item) => item.State == ItemState.Published && item.ConfirmTime < StaleBefore;

    /// <summary>True once the expiry time has come.</summary>
    public bool IsExpired(Item item) => item.ExpireTime <= Now;
}
