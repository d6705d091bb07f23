namespace CooperaNet.Matching.Training;

/// <summary>One text, or one concept, as its terms in up to four languages.</summary>
/// <param name="Terms">Term ids by language, in the order of LanguageDetector.Languages; empty where there is no text.</param>
/// <param name="Weight">What the row counts, above 0; 1 for a sentence of a careful translation.</param>
public sealed record ParallelTerms(int[][] Terms, float Weight);
