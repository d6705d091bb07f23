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

    /// <summary>Agreement of two sets of areas given as bit masks, against what is usual: -1 to 1, below 0 when they share less; 0 when either side has none. The same tags never speak against a pair.</summary>
    public double OfAreas(int left, int right) => Beyond(UsualAreas, left, right, Areas);

    /// <summary>The same for goals (bit 0 is goal 1).</summary>
    public double OfGoals(int left, int right) => Beyond(UsualGoals, left, right, Goals);

    private static double Beyond(float usual, int left, int right, float[] rarity) =>
        left == 0 || right == 0 ? 0 : Math.Max(Agreement(left & right, rarity) - usual, left == right ? 0 : -1);

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
