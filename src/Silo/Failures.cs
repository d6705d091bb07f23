using System.Data.Common;
using System.Net.Sockets;
using CooperaNet.Matching.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Silo;

/// <summary>Turns the failures an operator can mend into one sentence; anything else is a defect and keeps its stack trace.</summary>
internal static class Failures
{
    /// <summary>Settings whose messages begin with their name.</summary>
    private static readonly string[] Sections = ["Gateway__", "Cluster__", "Telemetry__"];

    public static string? Explain(Exception error) => error switch
    {
        StorageException or OptionsValidationException or InvalidDataException => error.Message,
        AddressInUseException => Busy(error.Message),
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => Busy("a cluster port"),
        IOException { InnerException: AddressInUseException inner } => Busy(inner.Message + " " + error.Message),
        DbException => $"the database cannot be used: {error.Message}",
        FileNotFoundException or DirectoryNotFoundException => error.Message,
        InvalidOperationException when Sections.Any(section => error.Message.StartsWith(section, StringComparison.Ordinal)) => error.Message,
        InvalidOperationException when error.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) => error.Message, // of the options' binder
        { InnerException: { } inner } => Explain(inner),
        _ => null,
    };

    private static string Busy(string what) =>
        $"a port is taken by another program ({what.Trim()}). Set Gateway__JsonPort, Gateway__GrpcPort, Cluster__SiloPort or Cluster__GatewayPort to free ones.";
}
