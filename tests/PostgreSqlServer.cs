using System.Diagnostics;
using System.Globalization;
using System.Net.NetworkInformation;
using Npgsql;

namespace CooperaNet.Matching;

/// <summary>A PostgreSQL server of its own, in a new folder, on a free port of loopback. PostgreSQL refuses to run as root: then it runs as nobody.</summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    private const string Owner = "owner";
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"cooperanet-pg-{Guid.NewGuid():n}");
    private readonly bool durable;
    private readonly int port = FreePort();
    private Process? process;

    private readonly string address;

    private PostgreSqlServer(bool durable, string address) => (this.durable, this.address) = (durable, address);

    public string Password { get; } = Guid.NewGuid().ToString("n");

    private NpgsqlConnectionStringBuilder Settings => new() { Host = address, Port = port, Username = Owner, Password = Password, Database = "postgres", Pooling = false };

    /// <param name="durable">Whether a commit waits for the disk, as it must when the server is to be killed.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="address">Where it listens.</param>
    public static async Task<PostgreSqlServer> StartAsync(bool durable, CancellationToken cancellationToken, string address = "127.0.0.1")
    {
        var server = new PostgreSqlServer(durable, address);
        var passwordFile = server.folder + ".password";
        await File.WriteAllTextAsync(passwordFile, server.Password, cancellationToken); // of a server that lives for minutes, on loopback
        using var made = Run("initdb", "-D", server.folder, "-U", Owner, "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--locale=C", "--no-sync");
        var output = await made.StandardOutput.ReadToEndAsync(cancellationToken) + await made.StandardError.ReadToEndAsync(cancellationToken);
        await made.WaitForExitAsync(cancellationToken);
        File.Delete(passwordFile);
        Require(made.ExitCode == 0, output);
        if (address != "127.0.0.1")
        {
            await File.AppendAllTextAsync(Path.Combine(server.folder, "pg_hba.conf"), "host all all samenet scram-sha-256\n", cancellationToken);
        }

        await server.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>Starts it (again) and waits until it answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        process = Run("postgres", ["-D", folder, "-c", $"listen_addresses={address}", "-c", $"port={port}", "-c", "unix_socket_directories=", "-c", "shared_buffers=64MB", "-c", "max_connections=500", .. durable ? [] : (string[])["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]]);
        _ = process.StandardOutput.ReadToEndAsync(cancellationToken); // never let the pipes fill up
        var log = process.StandardError.ReadToEndAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await timer.WaitForNextTickAsync(patience.Token))
        {
            Require(!process.HasExited, process.HasExited ? await log : "");
            try
            {
                await using var connection = await ConnectAsync("postgres", patience.Token);
                return;
            }
            catch (NpgsqlException)
            {
                // not yet
            }
        }
    }

    /// <summary>Makes an empty database; returns how an account of the server's owner reaches it.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await ExecuteAsync("postgres", $"CREATE DATABASE \"{name}\"", cancellationToken);
        return ConnectionString(name);
    }

    /// <summary>How PostgreSQL's own programs reach a database.</summary>
    public string Uri(string database) => $"postgresql://{Owner}:{Password}@{address}:{port}/{database}";

    /// <summary>Runs one of PostgreSQL's programs to its end, which must be a success.</summary>
    public static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var running = Run(program, arguments);
        var output = running.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await running.StandardError.ReadToEndAsync(cancellationToken);
        await running.WaitForExitAsync(cancellationToken);
        Require(running.ExitCode == 0, errors + await output);
    }

    public string ConnectionString(string database) => $"Host={address};Port={port};Username={Owner};Password={Password};Database={database}";

    /// <summary>A connection in our schema.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string database, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Settings.ToString()) { Database = database, SearchPath = "exchange" }.ToString());
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    public async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(database, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends all its processes at once, as a power cut would.</summary>
    public async Task KillAsync()
    {
        var postmaster = process!.Id;
        foreach (var id in Directory.EnumerateDirectories("/proc").Select(path => Path.GetFileName(path)).Where(name => name.All(char.IsAsciiDigit)).Select(name => int.Parse(name, CultureInfo.InvariantCulture)).Where(id => ParentOf(id) == postmaster).Prepend(postmaster).ToList()) // the parent first: it would start others
        {
            try
            {
                using var one = Process.GetProcessById(id);
                one.Kill();
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException)
            {
                // gone already
            }
        }

        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static Process Run(string program, params string[] arguments)
    {
        var path = new[] { Environment.GetEnvironmentVariable("PATH")!.Split(':'), Directory.Exists("/usr/lib/postgresql") ? [.. Directory.GetDirectories("/usr/lib/postgresql").Order().Select(version => Path.Combine(version, "bin"))] : [] }
            .SelectMany(folders => folders).Select(folder => Path.Combine(folder, program)).LastOrDefault(File.Exists);
        Require(path is not null, $"A PostgreSQL server of its own needs the program '{program}': install Debian's package postgresql, or put its folder on PATH.");
        var start = Environment.UserName == "root"
            ? new ProcessStartInfo("setpriv", ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups", path!, .. arguments])
            : new ProcessStartInfo(path!, arguments);
        (start.RedirectStandardOutput, start.RedirectStandardError, start.WorkingDirectory) = (true, true, Path.GetTempPath());
        start.Environment["LC_ALL"] = "C";
        return Process.Start(start)!;
    }

    /// <summary>Without the tests' own means, as bench starts servers too.</summary>
    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static int ParentOf(int id)
    {
        try
        {
            return int.Parse(File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has ended
        }
    }

    /// <summary>A port that nobody listens on, below those that the system gives to outgoing connections.</summary>
    private static int FreePort()
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(endPoint => endPoint.Port).ToHashSet();
        return Enumerable.Range(20_000, 12_000).Where(candidate => !taken.Contains(candidate)).Shuffle().First();
    }
}
