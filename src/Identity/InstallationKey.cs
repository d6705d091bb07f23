using System.Security.Cryptography;

namespace CooperaNet.Matching.Identity;

/// <summary>The key pair of one installation. Whoever may read it may act in every role, so that it lies in the storage folder for its owner alone.</summary>
public static class InstallationKey
{
    private const string FileName = "installation-key.pem";

    /// <summary>Reads the key, and makes it first when the folder has none.</summary>
    /// <exception cref="IOException">The folder cannot be written or the file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is not a private key.</exception>
    public static ECDsa OpenOrCreate(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            using var created = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            Write(path, created.ExportPkcs8PrivateKeyPem());
        }

        return Read(path);
    }

    /// <summary>Reads the key; null when the folder has none.</summary>
    /// <exception cref="InvalidDataException">The file is not a private key.</exception>
    public static ECDsa? Find(string directory) => Path.Combine(directory, FileName) is var path && File.Exists(path) ? Read(path) : null;

    private static ECDsa Read(string path)
    {
        var pair = ECDsa.Create();
        try
        {
            pair.ImportFromPem(File.ReadAllText(path));
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            pair.Dispose();
            throw new InvalidDataException($"The file '{path}' is not a private key in PEM form. Delete it to have a new one made; tokens signed with the old one end.", error);
        }

        return pair;
    }

    /// <summary>Whole or not at all, and for this account only from the first byte.</summary>
    private static void Write(string path, string text)
    {
        var draft = $"{path}.{Guid.NewGuid():n}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(draft, options))
        {
            writer.Write(text);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft); // another process was quicker: its key counts
        }
    }
}
