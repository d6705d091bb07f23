using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CooperaNet.Matching.Gateway;

/// <summary>A certificate with its key: the gateway's for TLS on both ports ("Gateway:Certificate"), or the one that all members of a cluster share ("Cluster:Certificate").</summary>
public sealed class CertificateOptions
{
    /// <summary>A file in PEM form, or PKCS #12 when it ends in .pfx or .p12; empty for no TLS. Default: empty.</summary>
    public string Path { get; set; } = "";

    /// <summary>The private key of a PEM certificate; empty when it stands in the same file. Default: empty.</summary>
    public string KeyPath { get; set; } = "";

    /// <summary>What a PKCS #12 file or an encrypted key is locked with; from the environment or a secret store, never from a file of settings. Default: empty.</summary>
    public string Password { get; set; } = "";

    /// <summary>The certificates that a PEM file holds besides the first, with which clients find the way from it to a root they know.</summary>
    public X509Certificate2Collection LoadIssuers()
    {
        X509Certificate2Collection all = [];
        if (Path.EndsWith(".pem", StringComparison.OrdinalIgnoreCase) || Path.EndsWith(".crt", StringComparison.OrdinalIgnoreCase))
        {
            all.ImportFromPemFile(Path);
        }

        return [.. all.Skip(1)];
    }

    /// <summary>Reads the certificate with its private key; null when none is set.</summary>
    /// <param name="setting">What the setting is called, for errors.</param>
    /// <exception cref="InvalidOperationException">A file is missing or can't be read, or the key is missing.</exception>
    public X509Certificate2? Load(string setting = "Gateway__Certificate")
    {
        if (Path.Length == 0)
        {
            return null;
        }

        try
        {
            if (Path.EndsWith(".pfx", StringComparison.OrdinalIgnoreCase) || Path.EndsWith(".p12", StringComparison.OrdinalIgnoreCase))
            {
                return X509CertificateLoader.LoadPkcs12FromFile(Path, Password);
            }

            var key = KeyPath.Length > 0 ? KeyPath : null;
            return Password.Length > 0 ? X509Certificate2.CreateFromEncryptedPemFile(Path, Password, key) : X509Certificate2.CreateFromPemFile(Path, key);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new InvalidOperationException($"{setting}__Path={Path} cannot be used: {error.Message}", error);
        }
    }
}
