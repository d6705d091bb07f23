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

    /// <summary>Clears the bits that are set here.</summary>
    public void ClearIn(Span<ulong> others)
    {
        for (var word = 0; word < words.Length; word++)
        {
            others[word] &= ~words[word];
        }
    }

    /// <summary>Sets a range of bits.</summary>
    public static void Set(Span<ulong> words, int start, int end)
    {
        for (var word = start / 64; word * 64 < end; word++)
        {
            words[word] |= Range(Math.Max(0, start - (word * 64)), Math.Min(64, end - (word * 64)));
        }
    }

    /// <summary>A word with a range of bits set, which is not empty.</summary>
    /// <param name="start">The first, 0 to 63.</param>
    /// <param name="end">Behind the last, up to 64.</param>
    public static ulong Range(int start, int end) => (ulong.MaxValue << start) & (ulong.MaxValue >> (64 - end));
}
