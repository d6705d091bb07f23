using System.Net.Mail;
using System.Text.RegularExpressions;

namespace CooperaNet.Matching.Authorities;

/// <summary>What an account's address may be.</summary>
internal static partial class AccountAddress
{
    private const int MaxLength = 254;

    /// <summary>The address as it is stored: its domain in lower case.</summary>
    /// <exception cref="MatchingException">Invalid: not one plain e-mail address.</exception>
    public static string Read(string address)
    {
        var trimmed = address.Trim();
        return trimmed.Length <= MaxLength && Plain().IsMatch(trimmed) && MailAddress.TryCreate(trimmed, out var read) && read.Address == trimmed
            ? $"{read.User}@{read.Host.ToLowerInvariant()}"
            : throw MatchingException.Invalid("address", $"'{ResourceId.Excerpt(address)}' is not one e-mail address such as cooperation@ministry.example.org, at most {MaxLength} characters.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
