using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Duplicates;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Bulk;

/// <summary>One line of a file to load, or of the sample: an item with its owner.</summary>
/// <param name="SourceReference">The owner's own reference, from which the item's id is made.</param>
/// <param name="Parent">The owner, such as authorities/pe.</param>
/// <param name="Kind">OFFER or NEED.</param>
/// <param name="LanguageCode">BCP-47; detected when empty.</param>
/// <param name="Title">5 to 200 characters.</param>
/// <param name="Summary">Up to 10,000 characters.</param>
/// <param name="AreasOfFocus">Slugs.</param>
/// <param name="Goals">1 to 17.</param>
/// <param name="Maturity">Of an offer.</param>
/// <param name="DcfProject">Of a need.</param>
/// <param name="Illustrative">Says of an item that it is invented; for those who read the file.</param>
public sealed record BulkRow(
    string SourceReference, string Parent, ItemKind Kind, string Title, string Summary = "", string LanguageCode = "",
    IReadOnlyList<string>? AreasOfFocus = null, IReadOnlyList<int>? Goals = null, Maturity Maturity = Maturity.Unspecified, string DcfProject = "", bool Illustrative = false)
{
    internal ItemContent ToContent() => new()
    {
        Title = Title ?? "",
        Summary = Summary ?? "",
        LanguageCode = LanguageCode ?? "",
        AreasOfFocus = AreasOfFocus ?? [],
        Goals = Goals ?? [],
        Maturity = Maturity,
        DcfProject = DcfProject ?? "",
        SourceReference = SourceReference,
    };
}

/// <summary>What a load did.</summary>
/// <param name="Loaded">Items published.</param>
/// <param name="Existing">Lines whose item exists already, unchanged.</param>
/// <param name="Refused">Lines that were refused.</param>
public sealed record BulkResult(int Loaded, int Existing, int Refused);

/// <summary>Publishes the lines of a file in a resting exchange, past the grains but by their rules, with all that the followers would have written.</summary>
/// <param name="store">Where to.</param>
/// <param name="file">The model that encodes; its centres are the exchange's own when it has refitted them.</param>
/// <param name="hashes">The grain storage's hashes of a grain's key and of its state's name.</param>
/// <param name="clock">The time of publication.</param>
public sealed class BulkLoad(BulkStore store, MatchingModel file, (Func<string, int> OfKey, Func<string, int> OfStateName) hashes, TimeProvider clock)
{
    private const int Batch = 5_000;
    private static readonly Caller Loader = Caller.System with { Subject = "load" };
    private static readonly JsonSerializerOptions Json = new(StateJson.Options) { PropertyNameCaseInsensitive = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Reads one line.</summary>
    /// <exception cref="JsonException">It is not one JSON object of the known fields.</exception>
    public static BulkRow Read(string line) => JsonSerializer.Deserialize<BulkRow>(line, Json) ?? throw new JsonException("The line is null.");

    /// <summary>Loads lines in order. A line that breaks a rule is told of and left out; one whose item exists changes nothing, so that a load that was interrupted can be repeated.</summary>
    /// <param name="lines">JSON, an object a line.</param>
    /// <param name="tell">Gets a sentence for each refused line.</param>
    /// <param name="cancellationToken">Stops between batches; what is written stays.</param>
    /// <exception cref="MatchingException">The exchange has no participants yet.</exception>
    public async Task<BulkResult> RunAsync(IAsyncEnumerable<string> lines, Action<string> tell, CancellationToken cancellationToken)
    {
        var model = await ModelAsync(cancellationToken);
        var countries = await store.ReadParticipantsAsync(cancellationToken);
        if (countries.Count == 0)
        {
            throw new MatchingException(MatchingError.WrongState, "No authority exists yet: start the service once before.");
        }

        var (loaded, existing, refused, number) = (0, 0, 0, 0);
        var batches = Channel.CreateBounded<IReadOnlyList<BulkItem>>(2);
        var writing = Task.Run(WriteAsync, cancellationToken);
        try
        {
            await foreach (var batch in lines.Chunk(Batch).WithCancellation(cancellationToken))
            {
                var (first, now) = (number, clock.GetUtcNow());
                number += batch.Length;
                var prepared = batch.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select((line, i) => Prepare(model, countries, line, first + i + 1, now)).ToList();
                prepared.Where(one => one.Refusal is not null).ToList().ForEach(one => tell(one.Refusal!));
                refused += prepared.Count(one => one.Refusal is not null);
                await batches.Writer.WriteAsync([.. prepared.Select(one => one.Item).OfType<BulkItem>()], cancellationToken);
            }
        }
        finally
        {
            batches.Writer.TryComplete();
            await writing;
        }

        await store.FinishAsync(model.Version, cancellationToken);
        return new(loaded, existing, refused);

        async Task WriteAsync()
        {
            try
            {
                await foreach (var batch in batches.Reader.ReadAllAsync(cancellationToken))
                {
                    var known = await store.FindExistingAsync(batch, cancellationToken);
                    var fresh = batch.Where(item => !known.Contains(item.Name)).DistinctBy(item => item.Name).ToList();
                    await store.WriteAsync(model.Version, fresh, cancellationToken);
                    (loaded, existing) = (loaded + fresh.Count, existing + batch.Count - fresh.Count);
                }
            }
            catch (Exception error)
            {
                batches.Writer.TryComplete(error); // or whoever prepares would wait for room for ever
                throw;
            }
        }
    }

    private (BulkItem? Item, string? Refusal) Prepare(MatchingModel model, IReadOnlyDictionary<string, string> countries, string line, int number, DateTimeOffset now)
    {
        try
        {
            var row = Read(line);
            var parent = ParentId.Parse(row.Parent ?? "", "parent");
            if (!countries.TryGetValue(parent.ToString(), out var country))
            {
                throw MatchingException.NotFound(parent.ToString());
            }

            if (string.IsNullOrWhiteSpace(row.SourceReference))
            {
                throw MatchingException.Invalid("sourceReference", "is missing: the item's id is made from it.");
            }

            var content = row.ToContent();
            var language = content.LanguageCode.Length > 0 ? content.LanguageCode : model.Languages.Detect($"{content.Title} {content.Summary}");
            var id = new ItemId(parent, row.Kind, SourceId.Of(parent, row.Kind, row.SourceReference));
            var created = ItemLifecycle.Create(new(), id, new Participant { Name = parent.ToString(), Country = country }, content, Loader, now);
            var item = ItemLifecycle.Publish(created, Loader, now) with { Revision = 1, Change = Loader.Did("load", now), LanguageDetected = content.LanguageCode.Length == 0, Content = content with { LanguageCode = language } };
            var fingerprint = Fingerprint.Of(content.Title, content.Summary);
            var stateName = row.Kind == ItemKind.Offer ? "offer" : "need";
            return (new(
                item.Name, stateName, hashes.OfKey(item.Name), hashes.OfStateName(stateName), JsonSerializer.SerializeToUtf8Bytes(item, StateJson.Options),
                model.Encode(content.Title, content.Summary, language).ToBytes(), fingerprint?.Sketch, fingerprint?.Bands ?? []), null);
        }
        catch (Exception error) when (error is MatchingException or JsonException)
        {
            return (null, $"Line {number} is refused: {error.Message}");
        }
    }

    /// <summary>The model that answers in this exchange, so that nothing has to be encoded again.</summary>
    private async Task<MatchingModel> ModelAsync(CancellationToken cancellationToken)
    {
        var state = await store.FindStateAsync("model", cancellationToken) is { } stored ? JsonSerializer.Deserialize<ModelState>(stored, StateJson.Options) : null;
        return state?.Current is { Centres: { } centres } current && MatchingModel.FileVersion(current.Version) == file.Version ? file.WithCentres(centres) : file;
    }
}
