using System.Text.Json;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Partitions;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Tests.Partitions;

public sealed class IndexableTests
{
    /// <summary>Guards the names by which a start reads states without their texts.</summary>
    [Fact]
    public void What_the_index_takes_of_a_stored_state_is_what_the_state_says()
    {
        var time = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);
        var item = new Item
        {
            Name = "authorities/bb/needs/n",
            Parent = "authorities/bb",
            Country = "BB",
            Type = "need",
            State = ItemState.Published,
            Revision = 2,
            CreateTime = time,
            UpdateTime = time,
            ConfirmTime = time.AddDays(1),
            Change = new("tester", "publish", "", time),
            Content = new() { Title = "Title", Summary = "Summary", LanguageCode = "en", AreasOfFocus = ["culture", "other"], Goals = [1, 17], Maturity = Maturity.InExecution, ExpireTime = time.AddDays(2) },
        };
        var encoding = new Encoding(0, new([3], [1f]), [1, 1, 1, 1], SparseVector.Empty, new sbyte[SemanticCode.Length]);

        var read = Indexable.Find(new() { Id = 1, Payload = JsonSerializer.SerializeToUtf8Bytes(item, StateJson.Options), Encoding = encoding.ToBytes() })!.Value;

        Assert.True(read.IsNeed);
        Assert.Equal(
            new("authorities/bb/needs/n", "authorities/bb", "BB", PartitionSearch.Areas(item.Content), PartitionSearch.Goals(item.Content), (int)Maturity.InExecution, time.AddDays(1), time.AddDays(2)),
            read.Item);
        Assert.Equal([3], read.Encoding.Terms.Ids);
    }
}
