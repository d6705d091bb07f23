using CooperaNet.Matching.Audit;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Consistency;
using CooperaNet.Matching.Duplicates;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Exchange;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Onnx;
using CooperaNet.Matching.Partitions;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Statistics;
using CooperaNet.Matching.Storage;
using CooperaNet.Matching.Suggestions;
using CooperaNet.Matching.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace CooperaNet.Matching;

/// <summary>Puts the grains into a silo.</summary>
public static class MatchingSiloBuilderExtensions
{
    /// <summary>Grains whose place a silo remembers; more than are busy at once.</summary>
    private const int CachedPlaces = 20_000;

    /// <summary>A grain that nobody asks for so long leaves memory, at the latest after twice as long. Coming back takes one read.</summary>
    private static readonly TimeSpan RestFor = TimeSpan.FromMinutes(5);

    /// <summary>Adds everything the grains need except storage and clustering, which each host chooses. Expects an ExchangeDatabase among the services.</summary>
    /// <remarks>Invalid options stop the host at start-up with an <see cref="OptionsValidationException"/>.</remarks>
    public static ISiloBuilder AddMatching(this ISiloBuilder silo)
    {
        var services = silo.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<MatchingOptions>().BindConfiguration(MatchingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<FreshnessOptions>().BindConfiguration(FreshnessOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ExchangeOptions>().BindConfiguration(ExchangeOptions.Section);
        services.AddOptions<CatalogOptions>().BindConfiguration(CatalogOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AuditOptions>().BindConfiguration(AuditOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<OnnxOptions>().BindConfiguration(OnnxOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => OnnxSentenceEncoder.Load(provider.GetRequiredService<IOptions<OnnxOptions>>().Value));
        services.AddSingleton(LoadModel);
        services.AddSingleton(provider => new ActiveModel(
            provider.GetRequiredService<MatchingModel>(), provider.GetRequiredService<IOptions<MatchingOptions>>().Value.Model, provider.GetRequiredService<ExchangeDatabase>()));
        services.AddSingleton<ModelFollower>().AddHostedService(provider => provider.GetRequiredService<ModelFollower>());
        services.AddSingleton<RegisterReader>().AddSingleton<ChangeReader>().AddSingleton<Partitioning>().AddSingleton<EncodingStore>().AddSingleton<StatisticsReader>();
        services.AddSingleton<AuditReader>().AddSingleton<HistorySealer>().AddHostedService<HistorySealing>();
        services.AddSingleton<AccountReader>().AddSingleton<CatalogImportStore>().AddSingleton<FingerprintStore>();
        services.AddMetrics().AddSingleton<MatchingMeters>().AddSingleton<PartitionCopies>().AddSingleton<ServingPartitions>().AddSingleton<PartitionSearch>().AddSingleton<PartitionIndexer>().AddScoped<PartitionModels>().AddScoped<PartitionFollower>().AddSingleton<PartitionSuggester>().AddSingleton<PartitionComparer>().AddSingleton<PublishedReader>().AddSingleton<AnalyzedTexts>().AddSingleton<QueryPool>();
        services.AddHostedService<PartitionBalancer>().AddPlacementDirector<PartitionPlacement, PartitionPlacementDirector>();
        services.AddHostedService<StatisticsFolder>().AddHostedService<CatalogRetention>();
        services.Configure<GrainDirectoryOptions>(directory => directory.CacheSize = CachedPlaces); // the default of a million is 300 MB
        services.Configure<GrainCollectionOptions>(grains => grains.CollectionAge = RestFor);
        silo.AddStartupTask<ExchangeStart>();
        return silo;
    }

    private static MatchingModel LoadModel(IServiceProvider services)
    {
        var model = ModelFile.Load(services.GetRequiredService<IOptions<MatchingOptions>>().Value.Model);
        var onnx = services.GetRequiredService<IOptions<OnnxOptions>>().Value;
        return onnx.IsOn ? OnnxModel.Of(model, services.GetRequiredService<OnnxSentenceEncoder>(), onnx.Calibration) : model;
    }
}
