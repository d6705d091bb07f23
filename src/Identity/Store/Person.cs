using Microsoft.AspNetCore.Identity;

namespace CooperaNet.Matching.Identity.Store;

/// <summary>Somebody who signs in: the holder of a participant's account, or staff. The id is the subject of tokens and tells nothing.</summary>
internal sealed class Person : IdentityUser
{
    /// <summary>focal-point, partner, secretariat or administrator.</summary>
    public string Role { get; set; } = "";

    /// <summary>Whose account, such as authorities/bb; empty for staff.</summary>
    public string Participant { get; set; } = "";

    /// <summary>How often it was locked since the last sign-in: each lock lasts twice as long.</summary>
    public int Locks { get; set; }

    /// <summary>Staff must give a second factor.</summary>
    public bool IsStaff => Role is "secretariat" or "administrator";
}

/// <summary>A key of the issuer.</summary>
internal sealed class IssuerKey
{
    /// <summary>The thumbprint of a signing key; random for an encryption key.</summary>
    public string Id { get; set; } = "";

    /// <summary>True when it signs; false when it encrypts what only the issuer reads.</summary>
    public bool Signs { get; set; }

    /// <summary>From when on it is used, in milliseconds since 1970; it is published before.</summary>
    public long UseFrom { get; set; }

    /// <summary>PKCS #8 in PEM form, or 32 bytes in Base64.</summary>
    public string Secret { get; set; } = "";
}

/// <summary>An attempt to sign in.</summary>
internal sealed class SignInEntry
{
    /// <summary>In the order of time.</summary>
    public long Id { get; set; }

    /// <summary>Milliseconds since 1970.</summary>
    public long Time { get; set; }

    /// <summary>The person's id; empty when nobody has the address.</summary>
    public string Subject { get; set; } = "";

    /// <summary>Whose account; empty for staff and for nobody.</summary>
    public string Participant { get; set; } = "";

    /// <summary>signed-in, wrong-password, wrong-second-factor, locked, ended, unknown, activated or application.</summary>
    public string Outcome { get; set; } = "";

    /// <summary>From which network address.</summary>
    public string From { get; set; } = "";
}
