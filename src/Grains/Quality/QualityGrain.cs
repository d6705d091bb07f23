using CooperaNet.Matching.Duplicates;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Register;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Quality;

[StatelessWorker(Workers.Max), GrainType("quality")]
internal sealed class QualityGrain(RegisterReader register, FingerprintStore fingerprints, ActiveModel models, IOptions<FreshnessOptions> freshness, TimeProvider clock) : Grain, IQualityGrain
{
    /// <summary>Items looked at for one page at most: what bounds its time when findings are rare.</summary>
    private const int MaxLooked = 2_000;
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 500;

    public async Task<Page<Finding>> ListFindingsAsync(FindingKind? kind, string filter, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken)
    {
        var size = pageSize switch
        {
            < 0 => throw MatchingException.Invalid("pageSize", $"{pageSize} is negative; 0 asks for the default of {DefaultPageSize}."),
            0 => DefaultPageSize,
            _ => Math.Min(pageSize, MaxPageSize),
        };
        var arguments = $"findings|{kind}|{filter}";
        var after = PageToken.Read(pageToken, arguments, keys: 1)?[0] ?? "";
        var findings = new List<Finding>();
        var now = freshness.Value.At(clock.GetUtcNow());
        for (var looked = 0; looked < MaxLooked && findings.Count < size;)
        {
            var items = await register.ReadPublishedAsync(filter, caller, after, size, cancellationToken);
            looked += items.Count;
            var duplicates = kind is null or FindingKind.Duplicate ? await fingerprints.FindDuplicatesAsync([.. items.Select(item => item.Id)], Similar, cancellationToken) : new Dictionary<long, IReadOnlyList<string>>();
            foreach (var (id, name, found) in items)
            {
                after = name;
                if (found is not { } item)
                {
                    continue; // verify tells of it
                }

                findings.AddRange(QualityRules.Check(item, now, models.Current, kind)
                    .Concat(duplicates.GetValueOrDefault(id, []).Select(other => QualityRules.Found(item, FindingKind.Duplicate, other, "Withdraw one of the two, or make clear how they differ.")))
                    .Where(finding => kind is null || finding.Kind == kind));
                if (findings.Count >= size)
                {
                    break; // an item's findings stay together
                }
            }

            if (items.Count < size && findings.Count < size)
            {
                return new(findings, "");
            }
        }

        return new(findings, PageToken.Write(arguments, after));
    }

    private static bool Similar(byte[] left, byte[] right) => Fingerprint.Similarity(left, right) >= Fingerprint.Suspicious;
}
