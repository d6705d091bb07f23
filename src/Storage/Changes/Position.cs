namespace CooperaNet.Matching.Changes;

/// <summary>
/// A place in the order in which changes are read. On SQLite, which has one writer, the row's number is the order of commits and
/// there are no transaction ids. PostgreSQL gives numbers before the commit, so that a smaller one can appear later: there rows are
/// read in the order of their transactions, and only those of transactions below the oldest open one.
/// </summary>
/// <param name="Tx">The transaction's id; 0 on SQLite.</param>
/// <param name="Seq">The row's number.</param>
public readonly record struct Position(long Tx, long Seq)
{
    /// <summary>Whether this place comes before the other, or is it.</summary>
    public bool IsBeforeOrAt(Position other) => (Tx, Seq).CompareTo((other.Tx, other.Seq)) <= 0;
}
