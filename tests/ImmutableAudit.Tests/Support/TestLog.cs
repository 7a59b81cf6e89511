using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Tests.Support;

/// <summary>
/// A second, naive writer of C2SP tlog-tiles: from a list of entries it writes every file of a log, sharing no code with
/// the library. What the library reads of it, it understood from the specification.
/// </summary>
internal sealed class TestLog
{
    public const string Origin = "test.example/audit";

    public TestLog(IEnumerable<byte[]> entries)
    {
        Entries = [.. entries];
        Leaves = [.. Entries.Select(RfcTree.LeafHash)];
    }

    public byte[][] Entries { get; }

    public byte[][] Leaves { get; }

    public byte[] Root => RfcTree.Root(Leaves);

    /// <summary>The log as it was when it had fewer entries.</summary>
    public TestLog First(int size) => new(Entries.Take(size));

    /// <summary>A log of <paramref name="size"/> small events, one second apart.</summary>
    public static TestLog Of(int size) => new(Enumerable.Range(0, size).Select(i => Event(i)));

    public static byte[] Event(int number, int? second = null) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"v":1,"time":"{{Time(second ?? number):yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}}","type":"event","id":"019b0000-0000-7000-8000-{{number:x12}}","actor":{"id":"alice"},"action":"orders.read"}"""));

    public static DateTimeOffset Time(int second) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(second);

    /// <summary>The path of a tile or bundle: <c>1234067</c> becomes <c>x001/x234/067</c>.</summary>
    public static string PathOf(string level, long index, int width)
    {
        var digits = index.ToString(CultureInfo.InvariantCulture);
        digits = digits.PadLeft((digits.Length + 2) / 3 * 3, '0');
        var groups = digits.Chunk(3).Select(group => new string(group)).ToArray();
        var path = string.Join("/", groups[..^1].Select(group => "x" + group).Append(groups[^1]));
        return $"tile/{level}/{path}" + (width < 256 ? $".p/{width}" : string.Empty);
    }

    /// <summary>Every file that a log of this size has, but the checkpoint.</summary>
    public IEnumerable<(string Path, byte[] Bytes)> Tiles()
    {
        for (var i = 0; i < Entries.Length; i += 256)
        {
            var bundle = Entries[i..Math.Min(i + 256, Entries.Length)];
            yield return (PathOf("entries", i / 256, bundle.Length), [.. bundle.SelectMany(Prefixed)]);
        }

        var hashes = Leaves;
        for (var level = 0; hashes.Length > 0; level++)
        {
            foreach (var (tile, index) in hashes.Chunk(256).Select((tile, index) => (tile, index)))
            {
                yield return (PathOf($"{level}", index, tile.Length), [.. tile.SelectMany(hash => hash)]);
            }

            hashes = [.. hashes.Chunk(256).Where(tile => tile.Length == 256).Select(tile => RfcTree.Root(tile))];
        }
    }

    public byte[] Checkpoint(params TestKey[] keys) => TestKey.Checkpoint(Origin, Entries.Length, Root, keys);

    public SignedCheckpoint Signed(params TestKey[] keys) => SignedCheckpoint.Parse(Checkpoint(keys));

    /// <summary>Writes the log's files into a directory, over whatever is there.</summary>
    public void WriteTo(string directory, params TestKey[] keys)
    {
        foreach (var (path, bytes) in Tiles())
        {
            var file = Path.Combine(directory, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }

        File.WriteAllBytes(Path.Combine(directory, "checkpoint"), Checkpoint(keys));
    }

    /// <summary>A portable proof of an entry (C2SP tlog-proof), with the entry inside.</summary>
    public byte[] Proof(int index, params TestKey[] keys)
    {
        var hashes = RfcTree.InclusionProof(index, Leaves).Select(hash => Convert.ToBase64String(hash) + "\n");
        return
        [
            .. Encoding.UTF8.GetBytes(
                $"c2sp.org/tlog-proof@v1\nextra {Convert.ToBase64String(Entries[index])}\nindex {index}\n{string.Concat(hashes)}\n"),
            .. Checkpoint(keys),
        ];
    }

    private static byte[] Prefixed(byte[] entry)
    {
        var bytes = new byte[2 + entry.Length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, checked((ushort)entry.Length));
        entry.CopyTo(bytes, 2);
        return bytes;
    }
}
