using System.Net;
using System.Security.Cryptography.X509Certificates;
using Orleans.Configuration;
using Orleans.Connections.Security;
using Orleans.Serialization;

namespace CooperaNet.Matching.Gateway.Clustering;

/// <summary>Joins a front end to a cluster.</summary>
public static class ClusterClientExtensions
{
    /// <summary>How Orleans calls PostgreSQL's provider.</summary>
    private const string Invariant = "Npgsql";

    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(5);

    /// <summary>Finds the silos in the database's membership table, which is all that a front end reads there.</summary>
    /// <exception cref="InvalidOperationException">A setting is missing or can't be used.</exception>
    public static WebApplicationBuilder UseClusterClient(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection(ClusterMembershipSettings.Section).Get<ClusterMembershipSettings>() ?? new();
        var certificate = settings.CheckedCertificate();
        var connectionString = ConnectionString(builder.Configuration);
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (settings.Id, "cooperanet"));
            client.Configure<Orleans.Configuration.GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = Refresh);
            client.UseAdoNetClustering(membership => (membership.Invariant, membership.ConnectionString) = (Invariant, connectionString));
            client.UseConnectionRetryFilter(async (_, cancellationToken) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken); // silos may start later than front ends
                return true;
            });
            client.Services.SendDatabaseErrors();
            if (certificate is not null)
            {
                client.UseTls(certificate, tls => Share(tls, certificate));
            }
        });
        return builder;
    }

    /// <summary>Lets the database's errors travel between processes: without this an outage arrives as a defect of the serializer.</summary>
    public static IServiceCollection SendDatabaseErrors(this IServiceCollection services) =>
        services.Configure<ExceptionSerializationOptions>(options => options.SupportedNamespacePrefixes.Add(nameof(Npgsql)));

    /// <summary>The members' certificate, checked to be there where it must.</summary>
    /// <exception cref="InvalidOperationException">The address lies beyond loopback without a certificate, or the certificate can't be used.</exception>
    public static X509Certificate2? CheckedCertificate(this ClusterMembershipSettings settings)
    {
        var certificate = settings.Certificate.Load("Cluster__Certificate");
        return certificate is not null || settings.TrustNetwork || IPAddress.IsLoopback(settings.Resolve()) ? certificate
            : throw new InvalidOperationException(
                $"Cluster__Address={settings.Address} is not a loopback address; beyond loopback silos and front ends speak to each other only with a certificate (Cluster__Certificate__Path), or where nobody else reaches their ports (Cluster__TrustNetwork=true).");
    }

    /// <summary>The address as the other members reach it.</summary>
    /// <exception cref="InvalidOperationException">It is no address and no name of one.</exception>
    public static IPAddress Resolve(this ClusterMembershipSettings settings)
    {
        try
        {
            return IPAddress.TryParse(settings.Address, out var address) ? address
                : Dns.GetHostAddresses(settings.Address).OrderBy(found => found.AddressFamily).First();
        }
        catch (Exception error) when (error is System.Net.Sockets.SocketException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidOperationException($"Cluster__Address={settings.Address} is no address and no host name: {error.Message}", error);
        }
    }

    /// <summary>Shows the shared certificate to peers, and accepts no other.</summary>
    public static void Share(TlsOptions tls, X509Certificate2 certificate)
    {
        tls.LocalCertificate = certificate;
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.RemoteCertificateValidation = (peer, _, _) => peer?.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span) == true;
        tls.OnAuthenticateAsClient = (_, authentication) => authentication.TargetHost = certificate.GetNameInfo(X509NameType.DnsName, false);
    }

    private static string ConnectionString(ConfigurationManager configuration)
    {
        var (direct, file) = (configuration["Storage:ConnectionString"], configuration["Storage:ConnectionStringFile"]);
        var text = string.IsNullOrWhiteSpace(file) ? direct : File.ReadAllText(file).Trim();
        return string.IsNullOrWhiteSpace(text)
            ? throw new InvalidOperationException("Storage__ConnectionString is not set: a front end finds its silos in their PostgreSQL database. For a gateway without a cluster start src/Silo, which has one inside.")
            : new Npgsql.NpgsqlConnectionStringBuilder(text) { SearchPath = "exchange" }.ToString();
    }
}
