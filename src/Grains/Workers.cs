namespace CooperaNet.Matching;

/// <summary>How many calls of one kind a silo has under way at once. They wait for the database and for partitions most of the time, so that Orleans' default of one a processor would let them wait for each other; what computes is bounded by <see cref="Partitions.QueryPool"/>.</summary>
internal static class Workers
{
    public const int Max = 256;
}
