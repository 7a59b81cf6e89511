using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Security.Cryptography;
using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>The root over the same entries, computed with <see cref="SHA256.HashData(ReadOnlySpan{byte}, Span{byte})"/> on one core.</summary>
/// <param name="log">The log's directory.</param>
/// <param name="entries">How many it has.</param>
internal sealed class HashDataVerifySubject(string log, long entries) : ISubject
{
    private const int HashSize = SHA256.HashSizeInBytes;

    public string Name => "sha256-hashdata";

    public string NotDone => "One core. Reads the bundles and computes the root: no signature, no tiles compared, no order of times.";

    public Task<Sample> RunAsync(Workload workload) =>
        Task.Factory.StartNew(() => Run(workload), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private Sample Run(Workload workload)
    {
        var signed = SignedCheckpoint.Parse(File.ReadAllBytes(Path.Combine(log, "checkpoint"))).Checkpoint;
        Verify(signed);
        var latencies = new Latencies();
        using var meter = new Meter();
        var (started, verified) = (Stopwatch.GetTimestamp(), 0L);
        do
        {
            Verify(signed);
            verified += entries;
        }
        while (Stopwatch.GetElapsedTime(started) < workload.Duration);
        return meter.Close(verified, latencies);
    }

    private void Verify(Checkpoint signed)
    {
        var tree = new Tree();
        while (tree.Size < signed.Size)
        {
            var bundle = EntryBundleCoordinate.Holding(tree.Size, signed.Size);
            AppendAll(tree, File.ReadAllBytes(Path.Combine(log, bundle.Path)));
        }

        Span<byte> root = stackalloc byte[HashSize];
        signed.Root.CopyTo(root);
        if (!tree.Root().SequenceEqual(root))
        {
            throw new InvalidOperationException("The benchmark's own log does not have the root that was signed.");
        }
    }

    private static void AppendAll(Tree tree, Span<byte> bundle)
    {
        while (!bundle.IsEmpty)
        {
            // The leaf's prefix takes the place of the length that stands before the entry: nothing is copied.
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle);
            bundle[EntryBundle.LengthPrefix - 1] = 0;
            tree.Append(bundle.Slice(EntryBundle.LengthPrefix - 1, 1 + length));
            bundle = bundle[(EntryBundle.LengthPrefix + length)..];
        }
    }

    /// <summary>The tree of RFC 6962 section 2.1, by a stack of complete subtrees.</summary>
    private sealed class Tree
    {
        private readonly byte[] _stack = new byte[64 * HashSize];
        private readonly byte[] _node = new byte[1 + (2 * HashSize)];
        private int _count;

        public Tree() => _node[0] = 1;

        public long Size { get; private set; }

        public void Append(ReadOnlySpan<byte> prefixedEntry)
        {
            SHA256.HashData(prefixedEntry, _stack.AsSpan(_count++ * HashSize, HashSize));
            for (var merges = BitOperations.TrailingZeroCount(++Size); merges > 0; merges--)
            {
                Merge();
            }
        }

        public ReadOnlySpan<byte> Root()
        {
            while (_count > 1)
            {
                Merge();
            }

            return _stack.AsSpan(0, HashSize);
        }

        private void Merge()
        {
            var pair = _stack.AsSpan((_count - 2) * HashSize, 2 * HashSize);
            pair.CopyTo(_node.AsSpan(1));
            SHA256.HashData(_node, pair[..HashSize]);
            _count--;
        }
    }
}
