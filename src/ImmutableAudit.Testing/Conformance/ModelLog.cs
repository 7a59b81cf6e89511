using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Testing;

/// <summary>
/// What a log has to come to: from its entries, every hash, tile and bundle as RFC 6962 and C2SP tlog-tiles define them, pair by pair and
/// sharing no code with the library or a sink.
/// </summary>
internal sealed class ModelLog
{
    private const int Width = 256;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<ModelLog> s_large = new(() => Of(70_000));

    private readonly List<byte[]> _entries = [];

    /// <summary>Of each level of the tree the complete subtrees' roots.</summary>
    private readonly List<List<byte[]>> _levels = [];

    /// <summary>70,000 entries: two levels of full tiles, and partial ones on all three. Nobody appends to it.</summary>
    public static ModelLog Large => s_large.Value;

    public int Size => _entries.Count;

    public byte[] this[int index] => _entries[index];

    public static ModelLog Of(int size)
    {
        var log = new ModelLog();
        for (var i = 0; i < size; i++)
        {
            log.Add(Entry(i));
        }

        return log;
    }

    /// <summary>An event as the log writes it, of this place, padded to a length.</summary>
    public static byte[] Entry(long index, string actor = "conformance", int length = 0)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"v":1,"time":"{{TimeOf(index):yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}}","type":"event","id":"019b0000-0000-7000-8000-{{index:x12}}","actor":{"id":"{{actor}}"},"action":"number.{{index}}""");
        const string Tail = "\"}";
        return Encoding.ASCII.GetBytes(head + new string('x', Math.Max(0, length - head.Length - Tail.Length)) + Tail);
    }

    /// <summary>The time of the entry at an index: each a millisecond later than the one before.</summary>
    public static DateTimeOffset TimeOf(long index) => Start.AddMilliseconds(index);

    public static MerkleHash LeafHash(byte[] entry) => new(SHA256.HashData([0, .. entry]));

    public static byte[] Prefixed(IEnumerable<byte[]> entries)
    {
        using var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[2];
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)entry.Length));
            bytes.Write(length);
            bytes.Write(entry);
        }

        return bytes.ToArray();
    }

    public void Add(byte[] entry)
    {
        _entries.Add(entry);
        var hash = SHA256.HashData([0, .. entry]);
        for (var level = 0; ; level++)
        {
            if (_levels.Count == level)
            {
                _levels.Add([]);
            }

            var hashes = _levels[level];
            hashes.Add(hash);
            if (hashes.Count % 2 == 1)
            {
                return;
            }

            hash = SHA256.HashData([1, .. hashes[^2], .. hash]);
        }
    }

    public List<byte[]> Entries(long from, int count) => _entries.GetRange((int)from, count);

    public CompactRange Range(long size) => new(size, [.. Subtrees(size).Select(hash => new MerkleHash(hash))]);

    /// <summary>MTH of RFC 6962 section 2.1.</summary>
    public MerkleHash Root(long size)
    {
        byte[]? root = null;
        foreach (var left in Subtrees(size).Reverse())
        {
            root = root is null ? left : SHA256.HashData([1, .. left, .. root]);
        }

        return new MerkleHash(root ?? SHA256.HashData([]));
    }

    /// <summary>Hash i of tile n at level l is MTH(D[(256n + i)·256^l : (256n + i + 1)·256^l]).</summary>
    public byte[] Tile(int level, int index, int width) =>
        [.. _levels[8 * level].GetRange(Width * index, width).SelectMany(hash => hash)];

    public byte[] Bundle(int index, int width) => Prefixed(_entries.GetRange(Width * index, width));

    /// <summary>Level, index and width of every tile that a log of a size has.</summary>
    public static IEnumerable<(int Level, int Index, int Width)> TilesOf(long size)
    {
        for (var level = 0; size >> (8 * level) > 0; level++)
        {
            var hashes = (int)(size >> (8 * level));
            for (var index = 0; Width * index < hashes; index++)
            {
                yield return (level, index, Math.Min(Width, hashes - (Width * index)));
            }
        }
    }

    /// <summary>The roots of the complete subtrees of a size, largest first.</summary>
    private IEnumerable<byte[]> Subtrees(long size)
    {
        var end = 0L;
        for (var level = 62; level >= 0; level--)
        {
            if ((size >> level & 1) == 1)
            {
                yield return _levels[level][(int)(end >> level)];
                end += 1L << level;
            }
        }
    }
}
