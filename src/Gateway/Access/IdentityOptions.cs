using System.ComponentModel.DataAnnotations;
using Microsoft.IdentityModel.Tokens;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>Whose access tokens are accepted. Bound from the section "Identity"; checked at start.</summary>
public sealed class IdentityOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Identity";

    /// <summary>The issuers; without any, everybody is anonymous.</summary>
    public IList<IssuerOptions> Issuers { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (issuer, i) in Issuers.Select((issuer, i) => (issuer, i)))
        {
            var setting = $"Identity__Issuers__{i}";
            if (issuer.Issuer.Length == 0 || Issuers.Count(other => other.Issuer == issuer.Issuer) > 1)
            {
                yield return new($"{setting}__Issuer='{issuer.Issuer}': give each issuer's own iss, once.");
            }

            if (issuer.Audience.Length == 0)
            {
                yield return new($"{setting}__Audience is empty: give the aud that the issuer writes into tokens for this service.");
            }

            if (issuer.Keys is null && issuer.MetadataAddress.Length == 0 == (issuer.JwksFile.Length == 0))
            {
                yield return new($"{setting}: give either MetadataAddress or JwksFile, where the issuer's public keys are found.");
            }

            if (issuer.MetadataAddress.Length > 0 && !(Uri.TryCreate(issuer.MetadataAddress, UriKind.Absolute, out var address) && (address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback))))
            {
                yield return new($"{setting}__MetadataAddress='{issuer.MetadataAddress}' is not an https address.");
            }

            if (issuer.JwksFile.Length > 0 && !File.Exists(issuer.JwksFile))
            {
                yield return new($"{setting}__JwksFile='{issuer.JwksFile}' does not exist.");
            }
        }
    }
}

/// <summary>One issuer of access tokens (JWT, RFC 9068), and where its tokens say what we need to know.</summary>
public sealed class IssuerOptions
{
    /// <summary>The exact <c>iss</c> of its tokens.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>The <c>aud</c> that its tokens for this service carry. Default: cooperanet-matching.</summary>
    public string Audience { get; set; } = "cooperanet-matching";

    /// <summary>Its OpenID Connect or OAuth metadata (…/.well-known/openid-configuration), from which keys are read and followed when they rotate; https, or http on loopback.</summary>
    public string MetadataAddress { get; set; } = "";

    /// <summary>Instead: a file with its public keys as a JSON Web Key Set; read at start.</summary>
    public string JwksFile { get; set; } = "";

    /// <summary>The claim with the role: focal-point, partner, secretariat, administrator or application. Default: role.</summary>
    public string RoleClaim { get; set; } = "role";

    /// <summary>The claim with the participant whose account it is, such as authorities/bb. Default: participant.</summary>
    public string ParticipantClaim { get; set; } = "participant";

    /// <summary>The claim with an application's scopes, separated by spaces. Default: scope.</summary>
    public string ScopeClaim { get; set; } = "scope";

    /// <summary>The claim that names the client application. Default: client_id.</summary>
    public string ApplicationClaim { get; set; } = "client_id";

    /// <summary>The claim with a standing instruction for the Secretariat; none for issuers set by configuration, where each request states its own.</summary>
    internal string InstructionClaim { get; init; } = "";

    /// <summary>The claim with the account's epoch when the token was given; tokens without it count while their account isn't suspended. Default: epoch.</summary>
    public string EpochClaim { get; set; } = "epoch";

    /// <summary>Keys that the host hands over itself, asked for at each token; null for none.</summary>
    internal Func<IReadOnlyList<SecurityKey>>? Keys { get; init; }
}
