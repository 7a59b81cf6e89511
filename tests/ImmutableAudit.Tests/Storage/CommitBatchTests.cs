using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Storage;

/// <summary>What a sink is given to append.</summary>
public sealed class CommitBatchTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(700)]
    public void Leaf_hashes_are_those_of_its_entries(int count)
    {
        var batch = Batch(count, count);
        Assert.Equal(Leaves(batch), batch.HashLeaves().ToArray());
    }

    [Fact]
    public void A_batch_with_fewer_entries_than_it_announces_has_no_leaf_hashes() =>
        Assert.Contains("4", Assert.Throws<ArgumentException>(() => Batch(3, 4).HashLeaves()).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_sink_that_asks_gets_the_leaf_hashes_that_receipts_name()
    {
        var sink = new InterceptedSink(new InMemorySink(new InMemoryStore()));
        await using var log = await AuditLog.OpenAsync(_logs.Options(sink));
        var before = log.Size;
        var seen = new List<MerkleHash>();
        sink.Completing = batch =>
        {
            seen.AddRange(batch.HashLeaves().ToArray());
            Assert.Equal(Leaves(batch), batch.HashLeaves().ToArray());

            // Of a part of a batch, those of that part.
            var first = batch with { Count = 1 };
            Assert.Equal(Leaves(first), first.HashLeaves().ToArray());
            var rest = batch with { Count = batch.Count - 1, Entries = batch.Entries[EntryBundle.LengthOf(batch.Entries.Span, 1)..] };
            Assert.Equal(Leaves(rest), rest.HashLeaves().ToArray());
            return new(default(CommitOutcome?));
        };
        var receipts = await log.AppendAsync([.. Enumerable.Range(0, 300).Select(i => TestLogs.Event(i))]);
        await log.PostAsync(TestLogs.Event(300));
        await log.FlushAsync();
        var last = await log.AppendAsync(TestLogs.Event(301));
        Assert.Equal(receipts.Select(receipt => receipt.LeafHash), seen.Take(300));
        Assert.Equal(last.LeafHash, seen[^1]);
        Assert.Equal(before + seen.Count, log.Size);
    }

    private static CommitBatch Batch(int entries, int announced) => new()
    {
        FirstIndex = 0,
        Count = announced,
        Entries = Enumerable.Range(0, entries).SelectMany(i => new byte[] { 0, 1, (byte)i }).ToArray(),
        Head = new LogHead(announced, DateTimeOffset.UnixEpoch, -1),
    };

    private static List<MerkleHash> Leaves(CommitBatch batch)
    {
        var leaves = new List<MerkleHash>();
        var rest = batch.Entries.Span;
        while (leaves.Count < batch.Count && EntryBundle.TryReadEntry(ref rest, out var entry))
        {
            leaves.Add(new MerkleHash(RfcTree.LeafHash(entry.ToArray())));
        }

        return leaves;
    }
}
