using System.Text.Json;

namespace CooperaNet.Matching.Client.SignIn;

/// <summary>Who is signed in at which service.</summary>
/// <param name="Server">The gateway that the tokens are for; they are sent to no other.</param>
/// <param name="Issuer">Who gave them.</param>
/// <param name="RefreshToken">For the next access token; each is used once.</param>
/// <param name="AccessToken">The last one.</param>
/// <param name="Expires">When it ends.</param>
internal sealed record StoredSignIn(string Server, string Issuer, string RefreshToken, string AccessToken, DateTimeOffset Expires);

/// <summary>The file in which it is kept, readable by this account only. Whoever has it open keeps others waiting, as a refresh token that is used twice ends the sign-in.</summary>
internal sealed class SignInFile : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly FileStream stream;

    private SignInFile(FileStream stream) => this.stream = stream;

    /// <summary>Where the file lies: below XDG_CONFIG_HOME or the account's own settings.</summary>
    public static string Location => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "cooperanet", "sign-in.json");

    /// <summary>Opens the file, and makes it first.</summary>
    public static async Task<SignInFile> OpenAsync(CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Location)!);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        while (true)
        {
            try
            {
                return new(new FileStream(Location, options));
            }
            catch (IOException) when (!patience.IsCancellationRequested && File.Exists(Location))
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    /// <summary>What the file holds; null when nobody is signed in.</summary>
    public async Task<StoredSignIn?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            stream.Position = 0;
            return stream.Length == 0 ? null : await JsonSerializer.DeserializeAsync<StoredSignIn>(stream, cancellationToken: cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces it; null for nobody.</summary>
    public async Task WriteAsync(StoredSignIn? signIn, CancellationToken cancellationToken)
    {
        stream.SetLength(0);
        if (signIn is not null)
        {
            await JsonSerializer.SerializeAsync(stream, signIn, cancellationToken: cancellationToken);
        }

        await stream.FlushAsync(cancellationToken);
    }

    public void Dispose() => stream.Dispose();
}
