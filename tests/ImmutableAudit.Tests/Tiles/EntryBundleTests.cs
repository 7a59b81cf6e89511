using FsCheck;
using FsCheck.Fluent;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Tiles;

public sealed class EntryBundleTests
{
    private static readonly Gen<byte[]> Bytes = Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf();

    public static TheoryData<string> Hashers => [.. BatchHasher.Supported.Select(hasher => $"{hasher}")];

    [Fact]
    public void An_entry_has_the_same_longest_length_for_those_who_do_not_know_each_other() =>
        Assert.Equal((EntryBundle.MaxEntryLength, EntryBundle.MaxEntryLength), (AuditEntry.MaxLength, AuditProof.MaxEntryLength));

    [Fact]
    public void Entries_that_are_written_are_read_again() => Prop.ForAll(
        Bytes.ArrayOf().ToArbitrary(),
        entries =>
        {
            var bundle = Write(entries);
            Assert.Equal(entries, Read(bundle, out var left));
            Assert.Equal(0, left);
            for (var count = 0; count <= entries.Length; count++)
            {
                Assert.Equal(entries.Take(count).Sum(entry => 2 + entry.Length), EntryBundle.LengthOf(bundle, count));
            }

            Assert.Equal(-1, EntryBundle.LengthOf(bundle, entries.Length + 1));
        }).CheckSeeded();

    [Fact]
    public void The_length_is_big_endian_and_an_empty_entry_is_one()
    {
        Assert.Equal([0x00, 0x03, 1, 2, 3, 0x00, 0x00, 0x00, 0x01, 9], Write([[1, 2, 3], [], [9]]));
        Assert.Equal([[], []], Read([0, 0, 0, 0], out _));
    }

    [Fact]
    public void The_longest_entry_fits_and_a_longer_one_does_not()
    {
        var longest = new byte[EntryBundle.MaxEntryLength];
        var bundle = Write([longest]);
        Assert.Equal([0xff, 0xff], bundle[..2]);
        Assert.Equal([longest], Read(bundle, out _));
        Assert.Equal(EntryBundle.MaxLength(1), bundle.Length);
        Assert.Equal(256 * 65_537, EntryBundle.MaxLength(256));

        Assert.Throws<OverflowException>(() => EntryBundle.WriteLength(new byte[2], 65_536));
        Assert.Throws<OverflowException>(() => EntryBundle.WriteLength(new byte[2], -1));
    }

    [Fact]
    public void A_bundle_cut_off_anywhere_lacks_an_entry()
    {
        byte[][] entries = [[1, 2, 3], [], [4], new byte[300]];
        var bundle = Write(entries);
        for (var length = 0; length < bundle.Length; length++)
        {
            var read = Read(bundle.AsSpan(0, length), out _);
            Assert.Equal(entries.Take(read.Count), read);
            Assert.True(read.Count < entries.Length);
            Assert.Equal(-1, EntryBundle.LengthOf(bundle.AsSpan(0, length), entries.Length));
        }
    }

    [Fact]
    public void A_failed_read_takes_nothing()
    {
        ReadOnlySpan<byte> rest = [0, 2, 1];
        Assert.False(EntryBundle.TryReadEntry(ref rest, out var entry));
        Assert.True(entry.IsEmpty);
        Assert.Equal(3, rest.Length);
    }

    [Fact]
    public void Garbage_is_read_as_far_as_it_goes_and_never_throws() => Prop.ForAll(
        Gen.OneOf(Bytes, Gen.Choose(0, 3).Select(value => (byte)value).ArrayOf()).ToArbitrary(),
        garbage =>
        {
            // Whatever was read, writing it again gives the bytes that it was read from.
            var entries = Read(garbage, out var left);
            Assert.Equal(garbage[..^left], Write([.. entries]));
            Assert.Equal(garbage.Length - left, EntryBundle.LengthOf(garbage, entries.Count));
            Assert.Equal(-1, EntryBundle.LengthOf(garbage, entries.Count + 1));
            Assert.Equal(-1, EntryBundle.LengthOf(garbage, int.MaxValue));
        }).CheckSeeded();

    [Theory]
    [MemberData(nameof(Hashers))]
    public void Entries_from_no_byte_to_the_most_are_hashed_together_as_by_the_framework(string hasher)
    {
        // Over a bundle's border twice. Every third is short, so that the longest lie beside the shortest.
        var random = Seeded.Random(600);
        int[] ends = [0, 65_535, 1, 65_534, 0, 0, 54, 55, 56, 63, 64, 65_535];
        var lengths = ends.Concat(Enumerable.Range(0, 600 - ends.Length).Select(i => random.Next(i % 3 == 0 ? 130 : i % 3 == 1 ? 3_000 : 65_536))).ToArray();
        var entries = lengths.Select(length =>
        {
            var entry = new byte[length];
            random.NextBytes(entry);
            return entry;
        }).ToArray();
        ReadOnlySpan<byte> rest = Write(entries);
        var leaves = new MerkleHash[entries.Length];

        Assert.Equal(entries.Length, EntryBundle.HashEntries(ref rest, leaves, BatchHasher.Supported.Single(one => $"{one}" == hasher)));

        Assert.Equal(0, rest.Length);
        Assert.Equal(entries.Select(entry => new MerkleHash(RfcTree.LeafHash(entry))), leaves);
    }

    private static byte[] Write(byte[][] entries)
    {
        var bundle = new List<byte>();
        var length = new byte[EntryBundle.LengthPrefix];
        foreach (var entry in entries)
        {
            EntryBundle.WriteLength(length, entry.Length);
            bundle.AddRange(length);
            bundle.AddRange(entry);
        }

        return [.. bundle];
    }

    private static List<byte[]> Read(ReadOnlySpan<byte> bundle, out int left)
    {
        var entries = new List<byte[]>();
        while (EntryBundle.TryReadEntry(ref bundle, out var entry))
        {
            entries.Add(entry.ToArray());
        }

        left = bundle.Length;
        return entries;
    }
}
