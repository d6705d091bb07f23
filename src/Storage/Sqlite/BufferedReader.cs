using System.Collections;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.Sqlite;

/// <summary>The rows of one write, held in memory and given out after COMMIT.</summary>
internal sealed class BufferedReader(string[] names, List<object[]> rows, int affected) : DbDataReader
{
    private int row = -1;
    private bool closed;

    public static BufferedReader Empty { get; } = new([], [], 0);

    public override int FieldCount => names.Length;

    public override bool HasRows => rows.Count > 0;

    public override int RecordsAffected => affected;

    public override bool IsClosed => closed;

    public override int Depth => 0;

    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public static BufferedReader Drain(SqliteDataReader source)
    {
        var names = new string[source.FieldCount];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = source.GetName(i);
        }

        var rows = new List<object[]>(1);
        while (source.Read())
        {
            var values = new object[names.Length];
            source.GetValues(values);
            rows.Add(values);
        }

        return new(names, rows, source.RecordsAffected);
    }

    public override bool Read() => ++row < rows.Count;

    public override bool NextResult() => false;

    // Committed is committed: the base class would answer a late cancellation here and hide a write that happened.
    public override Task<bool> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Read());

    public override Task<bool> NextResultAsync(CancellationToken cancellationToken) => Task.FromResult(NextResult());

    public override int GetOrdinal(string name)
    {
        var ordinal = Array.FindIndex(names, candidate => string.Equals(candidate, name, StringComparison.OrdinalIgnoreCase));
        return ordinal >= 0 ? ordinal : throw new ArgumentOutOfRangeException(nameof(name), name, "No such column.");
    }

    public override object GetValue(int ordinal) => rows[row][ordinal];

    public override bool IsDBNull(int ordinal) => GetValue(ordinal) is DBNull;

    public override void Close() => closed = true;

    public override string GetName(int ordinal) => names[ordinal];

    public override Type GetFieldType(int ordinal) => GetValue(ordinal).GetType();

    public override string GetDataTypeName(int ordinal) => GetFieldType(ordinal).Name;

    public override int GetValues(object[] values)
    {
        var count = Math.Min(values.Length, names.Length);
        Array.Copy(rows[row], values, count);
        return count;
    }

    public override long GetInt64(int ordinal) => Convert.ToInt64(GetValue(ordinal), null);

    public override int GetInt32(int ordinal) => checked((int)GetInt64(ordinal));

    public override short GetInt16(int ordinal) => checked((short)GetInt64(ordinal));

    public override byte GetByte(int ordinal) => checked((byte)GetInt64(ordinal));

    public override bool GetBoolean(int ordinal) => GetInt64(ordinal) != 0;

    public override double GetDouble(int ordinal) => Convert.ToDouble(GetValue(ordinal), null);

    public override float GetFloat(int ordinal) => (float)GetDouble(ordinal);

    public override string GetString(int ordinal) => (string)GetValue(ordinal);

    public override IEnumerator GetEnumerator() => new DbEnumerator(this);

    public override decimal GetDecimal(int ordinal) => throw new NotSupportedException();

    public override DateTime GetDateTime(int ordinal) => throw new NotSupportedException();

    public override Guid GetGuid(int ordinal) => throw new NotSupportedException();

    public override char GetChar(int ordinal) => throw new NotSupportedException();

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();
}
