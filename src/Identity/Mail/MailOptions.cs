using System.ComponentModel.DataAnnotations;
using System.Net;
using MailKit.Security;
using MimeKit;

namespace CooperaNet.Matching.Mail;

/// <summary>How letters leave. Bound from the section "Mail"; checked at start.</summary>
public sealed class MailOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Mail";

    /// <summary>The mail server; empty to write letters to the folder <c>mail</c> in the storage folder instead. Default: empty.</summary>
    public string Host { get; set; } = "";

    /// <summary>Its port. Default: 587.</summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary>How the connection is protected: StartTls, SslOnConnect, or None on loopback only. Default: StartTls.</summary>
    public SecureSocketOptions Security { get; set; } = SecureSocketOptions.StartTls;

    /// <summary>For servers that ask for it; empty for none.</summary>
    public string UserName { get; set; } = "";

    /// <summary>A secret: give it by the environment or a secret store, never in a file of settings.</summary>
    public string Password { get; set; } = "";

    /// <summary>The sender. Default: cooperanet@localhost.</summary>
    public string From { get; set; } = "CooperaNet <cooperanet@localhost>";

    /// <summary>How long a server may take. Default: 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:20")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!MailboxAddress.TryParse(From, out _))
        {
            yield return new($"Mail__From='{From}' is not an address such as CooperaNet <cooperanet@example.org>.");
        }

        if (Host.Length > 0 && Security is not (SecureSocketOptions.StartTls or SecureSocketOptions.SslOnConnect) && !(Security == SecureSocketOptions.None && (Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address)))))
        {
            yield return new($"Mail__Security={Security} is not allowed for '{Host}': letters hold links that are secrets. Set StartTls or SslOnConnect; None is for loopback.");
        }
    }
}
