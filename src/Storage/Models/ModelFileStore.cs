using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Models;

/// <summary>Keeps model files in the database that silos share, as a new silo's folder may be empty. SQLite's one silo has its folder.</summary>
public sealed class ModelFileStore(ExchangeDatabase database)
{
    private bool IsShared => database.ServerConnectionString is not null;

    /// <summary>Keeps a file, and drops those that nobody wants any more.</summary>
    /// <param name="version">The file's version.</param>
    /// <param name="path">Where it lies.</param>
    /// <param name="wanted">Versions of files that are kept.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task KeepAsync(string version, string path, IReadOnlyCollection<string> wanted, CancellationToken cancellationToken)
    {
        if (!IsShared)
        {
            return;
        }

        if (!(await database.ReadAsync<bool>("SELECT EXISTS (SELECT 1 FROM model_file WHERE version = @version)", new { version }, cancellationToken))[0])
        {
            await database.WriteAsync(
                "INSERT INTO model_file(version, data) VALUES (@version, @data) ON CONFLICT DO NOTHING", cancellationToken, ("@version", version), ("@data", await File.ReadAllBytesAsync(path, cancellationToken)));
        }

        await database.WriteAsync("DELETE FROM model_file WHERE version NOT IN (SELECT atom FROM json_each(@wanted))", cancellationToken, ("@wanted", SqlJson.Of(wanted)));
    }

    /// <summary>Writes a kept file into a folder that exists; false when it is not kept.</summary>
    public async Task<bool> FetchAsync(string version, string path, CancellationToken cancellationToken)
    {
        if (!IsShared || (await database.ReadAsync<byte[]>("SELECT data FROM model_file WHERE version = @version", new { version }, cancellationToken)) is not [var data])
        {
            return false;
        }

        var part = path + Path.GetRandomFileName(); // never a half of it under its name
        await File.WriteAllBytesAsync(part, data, cancellationToken);
        File.Move(part, path, overwrite: true);
        return true;
    }
}
