using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CooperaNet.Matching.Sqlite;

/// <summary>
/// A SQLite data source with one writer. Commands that write are queued and run in batches, one COMMIT (one fsync) a
/// batch; a command completes only after the COMMIT that made it durable. Commands that read use pooled read-only
/// connections and never wait for the writer.
/// </summary>
internal sealed class GroupCommitDataSource : DbDataSource
{
    /// <summary>A batch is committed when it holds this many commands,</summary>
    private const int MaxBatch = 128;

    /// <summary>or is this old, or when nothing more waits: a lone writer never waits.</summary>
    private static readonly TimeSpan MaxBatchAge = TimeSpan.FromMilliseconds(5);

    private readonly string readOnly;
    private readonly SqliteConnection writer;
    private readonly PreparedCommands commands;
    private readonly BlockingCollection<WriteCommand> queue = [];
    private readonly Thread thread;

    /// <param name="path">The database file; it and its schema exist already.</param>
    public GroupCommitDataSource(string path)
    {
        ConnectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = true }.ToString();
        readOnly = new SqliteConnectionStringBuilder(ConnectionString) { Mode = SqliteOpenMode.ReadOnly }.ToString();
        writer = new(new SqliteConnectionStringBuilder(ConnectionString) { Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        writer.Open();
        commands = new(writer);
        commands.Execute("PRAGMA synchronous=FULL; PRAGMA busy_timeout=2000; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=8192;"); // copy hot pages back once in 32 MB, not in 4
        thread = new(WriteBatches) { IsBackground = true, Name = "sqlite writer" };
        thread.Start();
    }

    public override string ConnectionString { get; }

    /// <summary>A pooled connection that cannot write.</summary>
    public SqliteConnection OpenRead()
    {
        var connection = new SqliteConnection(readOnly);
        connection.Open();
        return connection;
    }

    /// <summary>Queues a write; completes once it is durable, with its rows.</summary>
    /// <remarks>Cancelled before it ran: changes nothing. Cancelled later: the write stands and is reported as done.</remarks>
    public Task<DbDataReader> WriteAsync(Func<PreparedCommands, BufferedReader> run, CancellationToken cancellationToken)
    {
        var write = new WriteCommand(run, cancellationToken);
        try
        {
            queue.Add(write, CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(GroupCommitDataSource));
        }

        return write.Task;
    }

    /// <summary>Orleans asks for an unopened connection once, only to see that its type fits the invariant.</summary>
    protected override DbConnection CreateDbConnection() => new SqliteConnection(readOnly);

    protected override DbConnection OpenDbConnection() => new QueuedConnection(this);

    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken) => new(new QueuedConnection(this));

    protected override void Dispose(bool disposing)
    {
        if (disposing && !queue.IsAddingCompleted)
        {
            queue.CompleteAdding();
            thread.Join(); // what is queued is still written
            commands.Dispose();
            writer.Dispose();
            SqliteConnection.ClearPool(new SqliteConnection(readOnly));
        }

        base.Dispose(disposing);
    }

    protected override ValueTask DisposeAsyncCore()
    {
        Dispose(true);
        return base.DisposeAsyncCore();
    }

    private void WriteBatches()
    {
        var batch = new List<WriteCommand>(MaxBatch);
        while (queue.TryTake(out var first, Timeout.Infinite))
        {
            batch.Clear();
            batch.Add(first);
            var failure = Commit(batch);
            foreach (var write in batch)
            {
                if ((write.Error ?? failure) is { } error)
                {
                    write.TrySetException(error);
                }
                else
                {
                    write.TrySetResult(write.Result!);
                }
            }
        }
    }

    /// <summary>Runs the first command and what waits behind it in one transaction; returns what made the whole batch fail, or null.</summary>
    private Exception? Commit(List<WriteCommand> batch)
    {
        try
        {
            commands.Execute("BEGIN IMMEDIATE");
            RunOne(batch[0]);
            var started = Stopwatch.GetTimestamp();
            while (batch.Count < MaxBatch && Stopwatch.GetElapsedTime(started) < MaxBatchAge && queue.TryTake(out var next))
            {
                batch.Add(next);
                RunOne(next);
            }

            commands.Execute("COMMIT");
            return null;
        }
        catch (Exception failure)
        {
            return Rollback() is { } second ? new AggregateException(failure, second) : failure;
        }
    }

    /// <summary>Leaves the transaction, if SQLite has not done so; returns what failed, or null. The writer goes on: it reports a failure to each caller.</summary>
    private SqliteException? Rollback()
    {
        try
        {
            if (InTransaction)
            {
                commands.Execute("ROLLBACK");
            }

            return null;
        }
        catch (SqliteException error)
        {
            return error;
        }
    }

    private bool InTransaction => raw.sqlite3_get_autocommit(writer.Handle) == 0;

    /// <summary>Runs one command in its savepoint. Its failure stays its own, unless SQLite gave up the whole transaction
    /// (disk full, I/O error): then it throws, and the batch fails.</summary>
    private void RunOne(WriteCommand write)
    {
        if (write.Cancellation.IsCancellationRequested)
        {
            write.Error = new OperationCanceledException(write.Cancellation);
            return;
        }

        commands.Execute("SAVEPOINT one");
        try
        {
            write.Result = write.Run(commands);
        }
        catch (Exception error)
        {
            if (!InTransaction)
            {
                throw;
            }

            write.Error = error;
            commands.Execute("ROLLBACK TO one");
        }

        commands.Execute("RELEASE one");
    }
}
