using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.Sqlite;

/// <summary>What Orleans' provider gets: opens nothing until a reading command needs it, and sends every write to the queue.</summary>
internal sealed class QueuedConnection(GroupCommitDataSource source) : DbConnection
{
    private SqliteConnection? read;
    private ConnectionState state = ConnectionState.Open;

    public GroupCommitDataSource Source => source;

    [AllowNull]
    public override string ConnectionString { get => source.ConnectionString; set => throw new NotSupportedException(); }

    public override string Database => "main";

    public override string DataSource => source.ConnectionString;

    public override string ServerVersion => SQLitePCL.raw.sqlite3_libversion().utf8_to_string();

    public override ConnectionState State => state;

    public SqliteConnection Read() => read ??= source.OpenRead();

    public override void Open()
    {
    }

    public override void Close()
    {
        read?.Dispose();
        read = null;
        state = ConnectionState.Closed;
    }

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException("The writer owns the transaction.");

    protected override DbCommand CreateDbCommand() => new QueuedCommand(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }

        base.Dispose(disposing);
    }
}

/// <summary>A <see cref="SqliteCommand"/> for its text and parameters; only ExecuteReaderAsync works, the rest throws for want of a connection.</summary>
[SuppressMessage("Security", "CA2100", Justification = "The texts are those of our own scripts.")]
internal sealed class QueuedCommand(QueuedConnection owner) : SqliteCommand
{
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        // Our scripts start every reading query with SELECT; a write taken for a read is refused by the read-only connection.
        if (!CommandText.AsSpan().TrimStart().StartsWith("SELECT", StringComparison.OrdinalIgnoreCase))
        {
            return owner.Source.WriteAsync(commands => commands.Read(CommandText, Parameters), cancellationToken);
        }

        Connection = owner.Read();
        return base.ExecuteDbDataReaderAsync(behavior, cancellationToken);
    }
}
