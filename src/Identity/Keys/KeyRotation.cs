using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace CooperaNet.Matching.Identity.Keys;

/// <summary>Gives the issuer its keys, and new ones without a restart.</summary>
internal sealed class KeyRotation(KeyRing ring) : IConfigureOptions<OpenIddictServerOptions>, IOptionsChangeTokenSource<OpenIddictServerOptions>
{
    private ConfigurationReloadToken changed = new();

    public string? Name => Options.DefaultName;

    public void Configure(OpenIddictServerOptions options)
    {
        options.SigningCredentials.AddRange(ring.Signing.Select(key => new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256)));
        options.EncryptionCredentials.AddRange(ring.Encryption.Select(key => new EncryptingCredentials(key, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512)));
    }

    public IChangeToken GetChangeToken() => changed;

    /// <summary>Reads the keys anew and has the issuer take them when they changed.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (await ring.RefreshAsync(cancellationToken))
        {
            Interlocked.Exchange(ref changed, new()).OnReload();
        }
    }
}
