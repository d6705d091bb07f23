using System.ComponentModel.DataAnnotations;

namespace CooperaNet.Matching.Identity;

/// <summary>The built-in issuer. Bound from the section "SignIn"; checked at start.</summary>
public sealed class SignInOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "SignIn";

    /// <summary>Whether this process issues tokens. Default: true.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Where people reach the sign-in pages, which is also the <c>iss</c> of tokens: https, or http on loopback. Default: the JSON port.</summary>
    public string Address { get; set; } = "";

    /// <summary>How long an access token is valid. Default: 10 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long somebody stays signed in without a call. Default: 14 days.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Wrong passwords or codes before an account is locked: for a minute, then for twice as long each time, up to a day. Default: 5.</summary>
    [Range(3, 20)]
    public int MaxFailures { get; set; } = 5;

    /// <summary>Attempts at one address, whether anybody has it or not, within 15 minutes. Default: 20.</summary>
    [Range(5, 1_000)]
    public int MaxAttempts { get; set; } = 20;

    /// <summary>Attempts from one network address within a minute. Default: 60.</summary>
    [Range(5, 100_000)]
    public int MaxAttemptsFrom { get; set; } = 60;

    /// <summary>Rounds of PBKDF2 with HMAC-SHA-512 over a password. Default: 210,000.</summary>
    [Range(1_000, 10_000_000)]
    public int PasswordRounds { get; set; } = 210_000;

    /// <summary>A wrong password is answered after so long at the earliest, so that time doesn't tell whether anybody has the address: longer than hashing takes. Default: 0.5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan RefusalTime { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long sign-ins are remembered. Default: 400 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan Remembered { get; set; } = TimeSpan.FromDays(400);

    /// <summary>Browser applications that people may sign in to.</summary>
    public IList<WebClientOptions> Clients { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Address.Length > 0 && !(Uri.TryCreate(Address, UriKind.Absolute, out var address) && (address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback)) && address.Query.Length == 0 && address.Fragment.Length == 0))
        {
            yield return new($"SignIn__Address='{Address}' is not an https address, or http on loopback.");
        }

        foreach (var (client, i) in Clients.Select((client, i) => (client, i)))
        {
            if (client.Id.Length == 0 || client.RedirectUris.Count == 0 || client.RedirectUris.Any(uri => !Uri.TryCreate(uri, UriKind.Absolute, out var target) || !(target.Scheme == "https" || target.IsLoopback)))
            {
                yield return new($"SignIn__Clients__{i}: give an Id and RedirectUris, which are https addresses, or http on loopback.");
            }
        }
    }
}

/// <summary>A browser application: public, with PKCE.</summary>
public sealed class WebClientOptions
{
    /// <summary>Its client_id.</summary>
    public string Id { get; set; } = "";

    /// <summary>Where people are sent back to.</summary>
    public IList<string> RedirectUris { get; init; } = [];
}
