using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.ClusterTests.Models;

/// <summary>Model files in the database, for silos whose folder is empty.</summary>
public sealed class ModelFileStoreTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("cooperanet-model-files-");
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_kept_file_is_fetched_whole_until_nobody_wants_it()
    {
        await using var server = await TestDatabase.StartAsync();
        await using var database = await server.OpenAsync();
        var store = new ModelFileStore(database);
        var (old, next, fetched) = (Path.Combine(folder.FullName, "old"), Path.Combine(folder.FullName, "next"), Path.Combine(folder.FullName, "fetched"));
        var bytes = new byte[1 << 20];
        new Random(3).NextBytes(bytes);
        await File.WriteAllBytesAsync(old, bytes, cancellation);
        await File.WriteAllBytesAsync(next, [1], cancellation);

        await store.KeepAsync("old", old, ["old"], cancellation);
        await store.KeepAsync("next", next, ["old", "next"], cancellation);
        Assert.True(await store.FetchAsync("old", fetched, cancellation));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(fetched, cancellation));

        await store.KeepAsync("next", next, ["next"], cancellation);
        Assert.False(await store.FetchAsync("old", fetched, cancellation));
        Assert.Equal(["fetched", "next", "old"], folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
    }
}
