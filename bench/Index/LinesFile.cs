using System.Text.Json;
using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Benchmarks.Index;

/// <summary>The command <c>lines N FILE [SENTENCES]</c>: a file for the command <c>load</c>, with N items of recombined sentences; one in a thousand is a need.</summary>
internal static class LinesFile
{
    public static void Write(IReadOnlyList<string> args)
    {
        var (count, random) = (int.Parse(args[0]), new Random(7));
        var texts = args.Count > 2 ? RecombinedTexts.OfFile(args[2]) : RecombinedTexts.OfOwn(Path.Combine(AppContext.BaseDirectory, "data"));
        string[] owners = [.. Authorities.MemberStates.All.Keys.Order(StringComparer.Ordinal).Select(country => $"authorities/{country.ToLowerInvariant()}")];
        string[] areas = [.. AreasOfFocus.All.Select(area => area.Key)];
        using var file = File.CreateText(args[1]);
        for (var i = 0; i < count; i++)
        {
            var isNeed = i % 1_000 == 999;
            var (title, summary) = isNeed ? texts.Need(random) : texts.Offer(random);
            title = title.Length < 5 ? $"Title {title}" : title.Length > 200 ? title[..200] : title;
            file.WriteLine(JsonSerializer.Serialize(new
            {
                sourceReference = $"L{i}",
                parent = owners[random.Next(owners.Length)],
                kind = isNeed ? "NEED" : "OFFER",
                languageCode = isNeed ? "en" : "es",
                title,
                summary,
                areasOfFocus = new[] { areas[random.Next(areas.Length)] },
                goals = new[] { 1 + random.Next(17) },
            }));
        }
    }
}
