namespace CooperaNet.Matching.Index;

/// <summary>A bit an item of a block.</summary>
internal sealed class Bits
{
    private readonly ulong[] words;

    public Bits(int count) => words = new ulong[(count + 63) / 64];

    private Bits(ulong[] words) => this.words = words;

    public bool this[int ordinal]
    {
        get => (words[ordinal / 64] >> (ordinal % 64) & 1) == 1;
        set => words[ordinal / 64] = value ? words[ordinal / 64] | (1ul << (ordinal % 64)) : words[ordinal / 64] & ~(1ul << (ordinal % 64));
    }

    public Bits Copy() => new([.. words]);

    /// <summary>Bits that are set.</summary>
    public int Count() => words.Sum(System.Numerics.BitOperations.PopCount);

    /// <summary>Sets the bit of each of so many items that is not gone.</summary>
    public static void Live(int count, Bits? gone, Span<ulong> live)
    {
        for (var word = 0; word < live.Length; word++)
        {
            live[word] = (ulong.MaxValue >> Math.Max(0, ((word + 1) * 64) - count)) & ~(gone?.words[word] ?? 0);
        }
    }
}
