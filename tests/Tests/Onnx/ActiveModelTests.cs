using CooperaNet.Matching.Models;
using CooperaNet.Matching.Storage;
using CooperaNet.Matching.Tests.Ranking;

namespace CooperaNet.Matching.Tests.Onnx;

public sealed class ActiveModelTests(TinyMatchingModel tiny) : IClassFixture<TinyMatchingModel>
{
    /// <summary>Switching a sentence model on is an ordinary change of the model: the old one answers from its copy meanwhile. Switching it off is not, as the file alone could not answer.</summary>
    [Fact]
    public async Task A_model_with_a_sentence_model_is_not_kept_but_the_one_before_it_is()
    {
        var directory = Directory.CreateTempSubdirectory("cooperanet-").FullName;
        string[] Kept() => [.. Directory.EnumerateFiles(Path.Combine(directory, "models")).Select(file => Path.GetFileName(file))];
        await using (var database = await ExchangeDatabase.OpenAsync(new() { Directory = directory }, TestContext.Current.CancellationToken))
        {
            var (own, other) = (ShippedModel.Instance, tiny.Model);
            var before = new ActiveModel(own, ShippedModel.File, database);
            await before.KeepAsync(new() { Current = new(own.Version, null) }, TestContext.Current.CancellationToken);
            Assert.Equal([$"{own.Version}.bin"], Kept());
            Assert.False(before.Has(other.Version));

            var after = new ActiveModel(other, ShippedModel.File, database);
            Assert.True(after.Has(own.Version));
            await after.KeepAsync(new() { Current = new(own.Version, null), Next = new(other.Version, null) }, TestContext.Current.CancellationToken);
            Assert.Equal([$"{own.Version}.bin"], Kept());
            after.Follow(new() { Current = new(own.Version, null), Next = new(other.Version, null) });
            Assert.Equal((own.Version, null, tiny.Model), (after.Current.Version, after.Current.Parts.Sentences, after.Next));

            await after.KeepAsync(new() { Current = new(other.Version, null) }, TestContext.Current.CancellationToken);
            Assert.Empty(Kept());
        }

        Directory.Delete(directory, recursive: true);
    }
}
