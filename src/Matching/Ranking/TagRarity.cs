using System.Numerics;

namespace CooperaNet.Matching.Ranking;

/// <summary>Agreement of tags, weighted by how rare a tag is: two items tagged "Other" or SDG 17 say little, two tagged SDG 14 much.</summary>
/// <param name="Areas">ln(items / items with the area), by the area's position.</param>
/// <param name="Goals">ln(items / items with the goal), by the goal's number minus one.</param>
public sealed record TagRarity(float[] Areas, float[] Goals)
{
    /// <summary>Half of full agreement is reached when the squared rarities of the shared tags add up to this.</summary>
    private const double HalfPoint = 4;

    /// <summary>Agreement of two sets of areas given as bit masks. 0 (nothing shared) to below 1.</summary>
    public double OfAreas(int left, int right) => Agreement(left & right, Areas);

    /// <summary>Agreement of two sets of goals given as bit masks (bit 0 is goal 1). 0 (nothing shared) to below 1.</summary>
    public double OfGoals(int left, int right) => Agreement(left & right, Goals);

    private static double Agreement(int shared, float[] rarity)
    {
        if (shared == 0)
        {
            return 0; // most pairs: worth the shortcut, as every item of the index passes here
        }

        double sum = 0;
        for (var rest = (uint)shared; rest != 0; rest &= rest - 1)
        {
            var weight = rarity[BitOperations.TrailingZeroCount(rest)];
            sum += weight * weight;
        }

        return sum / (sum + HalfPoint);
    }
}
