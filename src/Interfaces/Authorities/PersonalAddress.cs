using System.Text.RegularExpressions;

namespace CooperaNet.Matching.Authorities;

/// <summary>Tells addresses that look like a person's from those of an institution. A hint for people, never a refusal.</summary>
public static partial class PersonalAddress
{
    /// <summary>Providers of mailboxes for private persons, by the name before the first dot of their domains.</summary>
    private static readonly HashSet<string> FreeMail = new(StringComparer.OrdinalIgnoreCase)
    {
        "gmail", "googlemail", "hotmail", "outlook", "live", "msn", "yahoo", "ymail", "rocketmail", "icloud", "me", "mac", "aol", "gmx", "web", "mail", "email",
        "proton", "protonmail", "tutanota", "tuta", "zoho", "yandex", "fastmail", "uol", "bol", "terra", "ig", "globo", "r7", "adinet", "orange", "laposte", "free", "wanadoo",
    };

    /// <summary>Words of offices: two of them with a dot between are no name and surname.</summary>
    private static readonly HashSet<string> OfficeWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "info", "mail", "contact", "contacto", "contato", "office", "oficina", "secretary", "secretaria", "secretariat", "secretariado", "director", "direccion", "cooperation", "cooperacion", "cooperacao",
        "international", "internacional", "external", "foreign", "affairs", "relations", "relaciones", "technical", "tecnica", "development", "desarrollo", "desenvolvimento", "agency", "agencia", "ministry", "ministerio", "focal", "point", "punto", "dept", "unit", "unidad",
    };

    /// <summary>Why the address looks like a person's; empty when it doesn't.</summary>
    public static string Reason(string address)
    {
        var at = address.LastIndexOf('@');
        if (at < 0)
        {
            return "";
        }

        var domain = address[(at + 1)..];
        return domain.Split('.') is { } labels && labels is [_, _] or [_, "com" or "co", _] && FreeMail.Contains(labels[0])
            ? $"{domain} gives mailboxes to private persons."
            : NameAndSurname().Match(address[..at]) is { Success: true } match && !match.Groups[1].Captures.Concat(match.Groups[2].Captures).Any(word => OfficeWords.Contains(word.Value))
                ? $"'{address[..at]}' looks like a name and a surname."
                : "";
    }

    [GeneratedRegex(@"^([A-Za-z]+)[._-]([A-Za-z]{2,})\d*\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameAndSurname();
}
