using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.Sqlite;

/// <summary>One write that waits for the writer, and the answer its caller waits for.</summary>
internal sealed class WriteCommand(Func<PreparedCommands, BufferedReader> run, CancellationToken cancellation)
    : TaskCompletionSource<DbDataReader>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public Func<PreparedCommands, BufferedReader> Run => run;

    public CancellationToken Cancellation => cancellation;

    public BufferedReader? Result { get; set; }

    public Exception? Error { get; set; }
}

/// <summary>The writer's connection with one prepared command for each text: compiling a statement with its triggers costs more than running it.</summary>
internal sealed class PreparedCommands(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);

    public SqliteCommand Get(string text)
    {
        if (!commands.TryGetValue(text, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = text;
            commands[text] = command;
        }

        return command;
    }

    public void Execute(string text) => Get(text).ExecuteNonQuery();

    public BufferedReader Read(string text, SqliteParameterCollection parameters)
    {
        var command = Get(text);
        command.Parameters.Clear();
        foreach (SqliteParameter parameter in parameters)
        {
            command.Parameters.Add(new SqliteParameter(parameter.ParameterName, parameter.Value));
        }

        using var rows = command.ExecuteReader();
        return BufferedReader.Drain(rows);
    }

    public void Dispose()
    {
        foreach (var command in commands.Values)
        {
            command.Dispose();
        }
    }
}
