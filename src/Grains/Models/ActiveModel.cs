using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Models;

/// <summary>
/// The model that answers in this silo, and the one that is being prepared to follow it. Keeps a copy of each model file
/// in the storage folder, so that an old model can go on answering while a new one is being prepared. Safe for concurrent use.
/// </summary>
internal sealed class ActiveModel(MatchingModel file, string filePath, ExchangeDatabase database)
{
    private readonly string folder = Path.Combine(database.Folder, "models");
    private readonly ModelFileStore store = new(database);
    private readonly Lock following = new();
    private volatile MatchingModel? current;
    private volatile MatchingModel? next;

    /// <summary>The model of the file that this silo was started with.</summary>
    public MatchingModel File => file;

    /// <summary>What answers now.</summary>
    public MatchingModel Current => current ?? file;

    /// <summary>What the partitions encode their items for, or null.</summary>
    public MatchingModel? Next => next;

    /// <summary>
    /// Keeps the file for the day when it is no longer the newest, and drops those that are neither it nor wanted. A model with
    /// a sentence model is not kept: the file alone could not answer under its version.
    /// </summary>
    /// <exception cref="IOException">The disk is full or cannot be written; nothing else depends on it.</exception>
    public async Task KeepAsync(ModelState state, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        if (file.Parts.Sentences is null && !System.IO.File.Exists(PathOf(file.Version)))
        {
            var copy = Path.Combine(folder, Path.GetRandomFileName()); // another silo may copy the same file at the same time
            try
            {
                System.IO.File.Copy(filePath, copy);
                System.IO.File.Move(copy, PathOf(file.Version), overwrite: true);
            }
            finally
            {
                System.IO.File.Delete(copy);
            }
        }

        var wanted = new[] { file.Version, state.Current?.Version, state.Next?.Version }.OfType<string>().Select(MatchingModel.FileVersion).ToHashSet();
        foreach (var old in Directory.GetFiles(folder, "*.bin").Where(path => !wanted.Contains(Path.GetFileNameWithoutExtension(path))))
        {
            System.IO.File.Delete(old);
        }

        if (file.Parts.Sentences is null)
        {
            await store.KeepAsync(file.Version, filePath, wanted, cancellationToken);
        }
    }

    /// <summary>Fetches the file of a version that another silo kept; nothing happens where none did.</summary>
    public async Task FetchAsync(string version, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var fileVersion = MatchingModel.FileVersion(version);
        await store.FetchAsync(fileVersion, PathOf(fileVersion), cancellationToken);
    }

    /// <summary>Whether this silo has the file of a version.</summary>
    public bool Has(string version) => MatchingModel.FileVersion(version) == file.Version || System.IO.File.Exists(PathOf(MatchingModel.FileVersion(version)));

    /// <summary>Takes over what the exchange decided, as far as this silo has the files.</summary>
    public void Follow(ModelState state)
    {
        lock (following)
        {
            current = Find(state.Current) ?? current;
            next = Find(state.Next);
        }
    }

    private MatchingModel? Find(ModelVersion? wanted)
    {
        if (wanted is null || !Has(wanted.Version))
        {
            return null;
        }

        if (new[] { current, next, file }.FirstOrDefault(model => model?.Version == wanted.Version) is { } known)
        {
            return known;
        }

        var fileVersion = MatchingModel.FileVersion(wanted.Version);
        var bare = fileVersion == file.Version ? file : ModelFile.Load(PathOf(fileVersion));
        return wanted.Centres is null ? bare : bare.WithCentres(wanted.Centres);
    }

    private string PathOf(string fileVersion) => Path.Combine(folder, fileVersion + ".bin");
}
