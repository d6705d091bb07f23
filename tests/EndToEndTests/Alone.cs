namespace CooperaNet.Matching.EndToEndTests;

/// <summary>Tests that run several processes under load, or that tell how long something takes: no other test runs meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
