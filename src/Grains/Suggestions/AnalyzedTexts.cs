using CooperaNet.Matching.Explanations;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using Microsoft.Extensions.Caching.Memory;

namespace CooperaNet.Matching.Suggestions;

/// <summary>The texts of items that were suggested lately, analysed: the same ones are explained again and again. Safe for concurrent use.</summary>
internal sealed class AnalyzedTexts : IDisposable
{
    /// <summary>Characters of all texts together, each with what it takes besides; two thousand offers of ordinary length.</summary>
    private const int Most = 4_000_000;

    /// <summary>What a text takes however short it is, in characters.</summary>
    private const int Least = 1_000;

    private readonly MemoryCache texts = new(new MemoryCacheOptions { SizeLimit = Most });

    /// <summary>An item's text at its revision, as a model reads it.</summary>
    public AnalyzedText Get(MatchingModel model, Item item) => texts.GetOrCreate((model.Version, item.Name, item.Revision), entry =>
    {
        entry.Size = Least + item.Content.Title.Length + item.Content.Summary.Length;
        return new AnalyzedText(model, item.Content.Title, item.Content.Summary, item.Content.LanguageCode);
    })!;

    public void Dispose() => texts.Dispose();
}
