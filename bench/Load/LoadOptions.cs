namespace CooperaNet.Matching.Benchmarks.Load;

/// <summary>What a load consists of.</summary>
internal sealed record LoadOptions
{
    /// <summary>gRPC addresses; calls go round.</summary>
    public required IReadOnlyList<string> Gateways { get; init; }

    /// <summary>Gives an access token that may change offers and needs of <see cref="Parent"/>; asked again every ten minutes.</summary>
    public required Func<string> Token { get; init; }

    /// <summary>Whose items are written.</summary>
    public string Parent { get; init; } = "authorities/pe";

    /// <summary>Calls a second. They begin when they are due, whatever became of those before: Poisson arrivals.</summary>
    public double Rate { get; init; } = 50;

    /// <summary>How long calls begin.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Each call's deadline.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Streams of the figures that are held open meanwhile.</summary>
    public int Watchers { get; init; }

    /// <summary>Publications that stay; when there are more, each withdraws the oldest, so that the exchange doesn't grow. 0 for all.</summary>
    public int Kept { get; init; }

    /// <summary>Makes the run repeatable: the same calls with the same texts at the same moments.</summary>
    public int Seed { get; init; } = 1;
}
