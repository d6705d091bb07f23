using System.Text.Json;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Bulk;
using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Partitions;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Exchange;

/// <summary>What a silo does once it runs: checks the settings that belong to the data, makes the member states' authorities exist, loads the sample, starts the partitions.</summary>
internal sealed partial class ExchangeStart(
    Partitioning partitioning, RegisterReader register, PartitionSearch search, IGrainFactory grains, ModelFollower models, IOptions<MatchingOptions> matching, IOptions<ExchangeOptions> exchange, ILogger<ExchangeStart> logger) : IStartupTask
{
    private static readonly Caller Loader = Caller.System with { Subject = "sample" };

    public async Task Execute(CancellationToken cancellationToken)
    {
        await partitioning.CheckAsync(matching.Value.Partitions, cancellationToken);
        await models.StartFollowingAsync(cancellationToken);
        var authorities = await register.ReadAuthoritiesAsync(cancellationToken);
        var sample = exchange.Value.LoadSample && authorities.Count == 0 && await register.CountItemsAsync(cancellationToken) == 0 ? Sample.Read(exchange.Value.SampleDirectory) : null;
        await Task.WhenAll(MemberStates.All.Keys.Select(country => (Country: country, Id: new ParentId(ParentKind.Authority, country.ToLowerInvariant()))).Where(state => !authorities.Contains(state.Id.ToString()))
            .Select(state => grains.GetParticipant(state.Id).RegisterAsync(
                new Participant { Name = state.Id.ToString(), Country = state.Country, Account = sample?.ActiveAccounts.Contains(state.Country) == true ? AccountState.Active : AccountState.None },
                Caller.System, cancellationToken)));

        if (sample is not null)
        {
            await LoadAsync(sample, cancellationToken);
        }

        await Task.WhenAll(Enumerable.Range(0, matching.Value.Partitions).Select(partition => StartAsync(partition, cancellationToken)));
    }

    private async Task StartAsync(int partition, CancellationToken cancellationToken)
    {
        while (!await search.AskOneAsync(partition, (copy, token) => copy.StartAsync(token), cancellationToken)) // another silo may stop or die meanwhile
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task LoadAsync(Sample sample, CancellationToken cancellationToken)
    {
        foreach (var partner in sample.Partners)
        {
            await grains.GetParticipant(ParentId.Parse(partner.Name, "name")).RegisterAsync(partner, Caller.System, cancellationToken);
        }

        var count = 0;
        foreach (var group in sample.Rows.GroupBy(row => row.Parent))
        {
            var import = grains.GetCatalogImport(new(ParentId.Parse(group.Key, "parent"), "sample"));
            var started = await import.StartAsync(new(Publish: true, ValidateOnly: false, Partial: false), Loader, cancellationToken);
            await import.AppendAsync(started.Session, 1, [.. group.Select(row => new CatalogRow(row.Kind, row.ToContent(), []))], Loader, cancellationToken);
            count += (await import.FinishAsync(started.Session, Loader, cancellationToken)).Counts.Created;
        }

        LogSample(count);
    }

    [LoggerMessage(EventId = 500, Level = LogLevel.Information, Message = "Loaded the sample exchange: {Items} illustrative items")]
    private partial void LogSample(int items);
}

/// <summary>The illustrative exchange as its files tell it.</summary>
internal sealed record Sample(IReadOnlyList<string> ActiveAccounts, IReadOnlyList<Participant> Partners, IReadOnlyList<BulkRow> Rows)
{
    private static readonly string[] Files = ["offers.jsonl", "needs.jsonl"];

    private static readonly JsonSerializerOptions Json = new(StateJson.Options) { PropertyNameCaseInsensitive = true };

    /// <summary>Reads participants.json, offers.jsonl and needs.jsonl.</summary>
    public static Sample Read(string directory)
    {
        var participants = JsonSerializer.Deserialize<SampleParticipants>(File.ReadAllText(Path.Combine(directory, "participants.json")), Json)!;
        var rows = Files.SelectMany(file => File.ReadLines(Path.Combine(directory, file))).Select(BulkLoad.Read);
        return new(participants.ActiveAccounts, participants.Partners, [.. rows]);
    }

    private sealed record SampleParticipants(IReadOnlyList<string> ActiveAccounts, IReadOnlyList<Participant> Partners);
}
