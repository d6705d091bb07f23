using System.Numerics;

namespace CooperaNet.Matching.Ranking;

/// <summary>Agreement of tags, weighted by how rare a tag is: two items tagged "Other" or SDG 17 say little, two tagged SDG 14 much.</summary>
/// <param name="Areas">ln(items / items with the area), by the area's position.</param>
/// <param name="Goals">ln(items / items with the goal), by the goal's number minus one.</param>
/// <param name="UsualAreas">Agreement in areas that items on like subjects have anyway; 0 to 1.</param>
/// <param name="UsualGoals">The same for goals.</param>
public sealed record TagRarity(float[] Areas, float[] Goals, float UsualAreas, float UsualGoals)
{
    /// <summary>Half of full agreement is reached when the squared rarities of the shared tags add up to this.</summary>
    private const double HalfPoint = 4;

    /// <summary>Agreement of two sets of areas given as bit masks, against what is usual: -1 to 1, below 0 when they share less; 0 when either side has none.</summary>
    public double OfAreas(int left, int right) => left == 0 || right == 0 ? 0 : Agreement(left & right, Areas) - UsualAreas;

    /// <summary>The same for goals (bit 0 is goal 1).</summary>
    public double OfGoals(int left, int right) => left == 0 || right == 0 ? 0 : Agreement(left & right, Goals) - UsualGoals;

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
