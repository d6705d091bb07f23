namespace CooperaNet.Matching.Benchmarks;

/// <summary>Texts of words with a Zipf-like distribution: lengths and frequencies of real summaries without their meaning.</summary>
internal static class SyntheticTexts
{
    private static readonly string[] Stems = ["agua", "rural", "costa", "pesca", "bosque", "escuela", "salud", "riego", "clima", "suelo", "energ", "turism", "artesan", "justic", "datos", "vivien", "puerto", "semill", "ganad", "mujer"];
    private static readonly string[] Endings = ["ción", "es", "ando", "al", "ario", "idad", "mente", "os", "ero", "ista", "able", "ura", "ero", "or", "ado", "ia", "ez", "ena", "illo", "ote"];

    public static string Summary(Random random, int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => Word((int)(8_000 * Math.Pow(random.NextDouble(), 3))))) + ".";

    private static string Word(int rank) => Stems[rank % 20] + Endings[rank / 20 % 20] + (rank < 400 ? "" : Endings[rank / 400 % 20]);
}
