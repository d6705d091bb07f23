using System.CommandLine;
using CooperaNet.Matching.Client.Output;
using CooperaNet.Matching.Client.SignIn;
using CooperaNet.Matching.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Spectre.Console;

namespace CooperaNet.Matching.Client;

/// <summary>Exit codes.</summary>
internal static class Exit
{
    public const int Done = 0;

    /// <summary>The service refused rows or found nothing.</summary>
    public const int Partly = 1;

    /// <summary>The request is wrong.</summary>
    public const int Refused = 2;

    /// <summary>The service can't be reached or can't do it now.</summary>
    public const int Unavailable = 3;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;
}

/// <summary>One run of a command: the channel, the clients, and how things are shown.</summary>
internal sealed class Session(ParseResult arguments, string token = "") : IDisposable
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithIndentation());

    private readonly GrpcChannel channel = GrpcChannel.ForAddress(arguments.GetValue(GlobalOptions.Server)!, new GrpcChannelOptions
    {
        Credentials = Credentials(arguments.GetValue(GlobalOptions.Server)!, token),
        UnsafeUseInsecureChannelCallCredentials = true,
        ServiceConfig = new ServiceConfig
        {
            MethodConfigs =
            {
                new MethodConfig
                {
                    Names = { MethodName.Default },
                    RetryPolicy = new RetryPolicy { MaxAttempts = 5, InitialBackoff = TimeSpan.FromSeconds(0.5), MaxBackoff = TimeSpan.FromSeconds(5), BackoffMultiplier = 2, RetryableStatusCodes = { StatusCode.Unavailable } },
                },
            },
        },
    });

    public CatalogService.CatalogServiceClient Catalog => new(channel);

    public ExchangeService.ExchangeServiceClient Exchange => new(channel);

    public MatchingService.MatchingServiceClient Matching => new(channel);

    public StatisticsService.StatisticsServiceClient Statistics => new(channel);

    public AuthorityService.AuthorityServiceClient Authorities => new(channel);

    public AdminService.AdminServiceClient Admin => new(channel);

    private bool HasToken { get; } = token.Length > 0;

    public bool Json { get; } = arguments.GetValue(GlobalOptions.Json);

    /// <summary>en, es, pt or fr.</summary>
    public string Language { get; } = arguments.GetValue(GlobalOptions.Language)!.ToLowerInvariant().Split('-')[0];

    public Texts Texts => new(Language);

    public IAnsiConsole Console { get; } = AnsiConsole.Console;

    /// <summary>Errors and progress: never among a script's output.</summary>
    public IAnsiConsole Errors { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });

    /// <summary>Runs a command; what fails is said in words that help.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="command">The command.</param>
    /// <param name="signIn">Whether it acts as who is signed in.</param>
    public static async Task<int> RunAsync(ParseResult arguments, Func<Session, Task<int>> command, bool signIn = true)
    {
        using var asking = new Session(arguments);
        try
        {
            using var session = new Session(arguments, signIn ? await CurrentToken.FindAsync(arguments, default) : "");
            return await RunAsync(arguments, session, command);
        }
        catch (SignInException error)
        {
            asking.Errors.MarkupLineInterpolated($"[red]{error.Message}[/]");
            return Exit.Refused;
        }
        catch (HttpRequestException error)
        {
            asking.Errors.MarkupLineInterpolated($"[red]{error.Message}[/]");
            return Exit.Unavailable;
        }
    }

    private static async Task<int> RunAsync(ParseResult arguments, Session session, Func<Session, Task<int>> command)
    {
        if (session.HasToken && new Uri(arguments.GetValue(GlobalOptions.Server)!) is { Scheme: "http", IsLoopback: false } server)
        {
            session.Errors.MarkupLineInterpolated($"[red]--server {server}: a token is sent to another computer over https only.[/]");
            return Exit.Refused;
        }

        try
        {
            return await command(session);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Cancelled)
        {
            return Exit.Interrupted;
        }
        catch (OperationCanceledException)
        {
            return Exit.Interrupted;
        }
        catch (RpcException error)
        {
            return Failures.Show(session, error, arguments.GetValue(GlobalOptions.Server)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            session.Errors.MarkupLineInterpolated($"[red]{error.Message}[/]");
            return Exit.Refused;
        }
    }

    /// <summary>Sends the token with each call; in the clear on this computer only (see RunAsync).</summary>
    private static ChannelCredentials? Credentials(string server, string token) => token.Length == 0 ? null : ChannelCredentials.Create(
        server.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure,
        CallCredentials.FromInterceptor((_, headers) =>
        {
            headers.Add("authorization", $"Bearer {token}");
            return Task.CompletedTask;
        }));

    /// <summary>For whom the Secretariat acts: the owner of what is named; null without an instruction.</summary>
    public OnBehalfOf? OnBehalfOf(string name) => arguments.GetValue(GlobalOptions.Instruction) is { Length: > 0 } instruction
        ? new() { Participant = string.Join('/', name.Split('/').Take(2)), Instruction = instruction } : null;

    /// <summary>Prints a message as JSON.</summary>
    public static void Print(IMessage message) => System.Console.Out.WriteLine(Formatter.Format(message));

    public void Dispose() => channel.Dispose();
}
