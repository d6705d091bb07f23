using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>Certificates that their owner signed, for an hour, each with a key of its own.</summary>
internal static class TestCertificate
{
    /// <summary>Writes a certificate and its key, in PEM form.</summary>
    /// <param name="directory">Where to.</param>
    /// <param name="name">Of the files.</param>
    /// <param name="section">The settings to name them in: "Gateway" or "Cluster".</param>
    public static async Task<(string Name, string Value)[]> WriteAsync(string directory, string name, string section)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(key);
        var (file, keyFile) = (Path.Combine(directory, $"{name}.pem"), Path.Combine(directory, $"{name}-key.pem"));
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        return [($"{section}__Certificate__Path", file), ($"{section}__Certificate__KeyPath", keyFile)];
    }

    /// <summary>The same as a locked PKCS #12 file.</summary>
    public static async Task<(string Name, string Value)[]> WritePkcs12Async(string directory, string name, string section)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(key);
        var file = Path.Combine(directory, $"{name}.pfx");
        await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pkcs12, "opens it"));
        return [($"{section}__Certificate__Path", file), ($"{section}__Certificate__Password", "opens it")];
    }

    private static X509Certificate2 Sign(ECDsa key) =>
        new CertificateRequest("CN=test.example.org", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddHours(1));
}
