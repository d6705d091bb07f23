using System.Globalization;
using CooperaNet.Matching.Partitions;

namespace CooperaNet.Matching.Suggestions;

/// <summary>
/// Few countries hold nearly all offers, so a qualifying offer of a further country gets the last of the first places when
/// the places before it all belong to at most two countries. Nothing below the threshold is ever lifted. Pure.
/// </summary>
internal static class Exposure
{
    /// <summary>Hits in their final order, each with a note when it was moved up.</summary>
    /// <param name="hits">Qualifying hits, best first.</param>
    /// <param name="depth">The first places that the floor is for.</param>
    /// <param name="threshold">The model's: a caller who asks for worse hits gets them, but none of them is lifted.</param>
    public static IReadOnlyList<(PartitionHit Hit, string Note)> Apply(IReadOnlyList<PartitionHit> hits, int depth, double threshold)
    {
        var ranked = hits.Select(hit => (hit, "")).ToList();
        var first = hits.Take(depth).Select(hit => hit.Country).Distinct().ToList();
        var lifted = first.Count > 2 ? -1 : ranked.FindIndex(Math.Min(depth, ranked.Count), pair => pair.hit.Score >= threshold && !first.Contains(pair.hit.Country));
        if (lifted > 0)
        {
            var hit = ranked[lifted].hit;
            var cost = ranked[depth - 1].hit.Score - hit.Score;
            ranked.RemoveAt(lifted);
            ranked.Insert(depth - 1, (hit, string.Create(CultureInfo.InvariantCulture, $"Moved from rank {lifted + 1} to {depth} so that a third country is seen; costs {cost:0.000} of score.")));
        }

        return ranked;
    }
}
