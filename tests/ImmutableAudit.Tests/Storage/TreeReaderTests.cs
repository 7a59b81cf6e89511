using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Storage;

public sealed class TreeReaderTests
{
    private const int Largest = 700;
    private static readonly TestLog Log = TestLog.Of(Largest);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(511)]
    [InlineData(Largest)]
    public async Task Proofs_and_entries_are_those_of_the_rfc(int size)
    {
        var log = new TestLog(Log.Entries[..size]);
        var tree = new TreeReader(new MemoryLogReader(log));

        Assert.Equal(log.Root, Bytes((await tree.CompactRangeAsync(size)).Root()));
        for (var i = 0; i < size; i += 1 + (size / 40))
        {
            Assert.Equal(log.Entries[i], (await tree.ReadEntryAsync(i, size)).ToArray());
            Assert.Equal(RfcTree.ConsistencyProof(i + 1, log.Leaves), (await tree.ConsistencyProofAsync(i + 1, size)).Select(Bytes));
        }
    }

    [Fact]
    public async Task An_earlier_size_is_read_from_the_tiles_of_a_later_one()
    {
        // Its partial leaf tile and bundle were removed when the full ones came; that of level 1 is not full yet.
        var reader = new MemoryLogReader(new TestLog(Log.Entries[..512]));
        reader.Files["tile/1/000.p/1"] = reader.Files["tile/1/000.p/2"][..32];
        var tree = new TreeReader(reader);

        Assert.Equal(RfcTree.Root(Log.Leaves.AsSpan(0, 300)), Bytes((await tree.CompactRangeAsync(300)).Root()));
        Assert.Equal(Log.Entries[299], (await tree.ReadEntryAsync(299, 300)).ToArray());
    }

    [Fact]
    public async Task The_empty_tree_needs_no_tile()
    {
        var range = await new TreeReader(new MemoryLogReader(TestLog.Of(0))).CompactRangeAsync(0);

        Assert.Equal(MerkleHash.EmptyRoot, range.Root());
    }

    [Fact]
    public async Task Each_tile_is_fetched_once()
    {
        var reader = new MemoryLogReader(Log);

        await new TreeReader(reader).ConsistencyProofAsync(300, Largest);

        Assert.Equal("tile/0/001 tile/0/002.p/188 tile/1/000.p/2", string.Join(' ', reader.Reads.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task What_is_missing_is_named()
    {
        var reader = new MemoryLogReader(Log);
        reader.Files.Remove("tile/0/001");
        reader.Files.Remove("tile/entries/002.p/188");
        var tree = new TreeReader(reader);

        var tile = await Assert.ThrowsAsync<AuditFormatException>(async () => await tree.ConsistencyProofAsync(300, Largest));
        var bundle = await Assert.ThrowsAsync<AuditFormatException>(async () => await tree.ReadEntryAsync(600, Largest));

        Assert.Contains("tile/0/001", tile.Message, StringComparison.Ordinal);
        Assert.Contains("tile/entries/002.p/188", bundle.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_must_hold_its_entries_and_nothing_else()
    {
        var reader = new MemoryLogReader(new TestLog([[1], [2, 3]]));
        var whole = reader.Files["tile/entries/000.p/2"];
        var tree = new TreeReader(reader);

        foreach (var bundle in new[] { whole[..^1], [.. whole, 0], [.. whole, 0, 0] })
        {
            reader.Files["tile/entries/000.p/2"] = bundle;
            await Assert.ThrowsAsync<AuditFormatException>(async () => await tree.ReadEntriesAsync(new EntryBundleCoordinate(0, 2)));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Largest)]
    public async Task An_index_outside_the_tree_is_the_callers_mistake(long index)
    {
        var tree = new TreeReader(new MemoryLogReader(Log));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await tree.ReadEntryAsync(index, Largest));
    }

    private static byte[] Bytes(MerkleHash hash)
    {
        var bytes = new byte[MerkleHash.Size];
        hash.CopyTo(bytes);
        return bytes;
    }
}
