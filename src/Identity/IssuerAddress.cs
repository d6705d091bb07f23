using CooperaNet.Matching.Mail;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Identity;

/// <summary>Where people reach the sign-in pages.</summary>
/// <param name="options">The setting.</param>
/// <param name="jsonPort">The address of the JSON port, for when there is no setting.</param>
public sealed class IssuerAddress(IOptions<SignInOptions> options, Uri jsonPort)
{
    /// <summary>The <c>iss</c> of tokens; ends with a slash.</summary>
    public Uri Base { get; } = new(options.Value.Address.Length > 0 ? $"{options.Value.Address.TrimEnd('/')}/" : jsonPort.ToString());

    /// <summary>The link of a letter.</summary>
    internal Uri LinkOf(Letter letter) => new(
        Base, $"identity/{(letter.Kind == LetterKind.Invitation ? "activate" : "address")}?account={Uri.EscapeDataString(letter.Participant)}&code={Uri.EscapeDataString(letter.Secret)}");
}
