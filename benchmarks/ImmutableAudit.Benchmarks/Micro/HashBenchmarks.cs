using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using ImmutableAudit.Benchmarks.Subjects;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Benchmarks.Micro;

/// <summary>256 leaves of 256 bytes, and the nodes over 256 hashes: one bundle's work. Per hash, not per bundle.</summary>
public class HashBenchmarks
{
    private const int Count = 256;
    private const int PrefixedLength = 1 + BenchmarkEntry.Length;

    private readonly byte[] _entries = new byte[Count * PrefixedLength];
    private readonly Range[] _ranges = new Range[Count];
    private readonly MerkleHash[] _leaves = new MerkleHash[Count];
    private readonly MerkleHash[] _nodes = new MerkleHash[Count / 2];
    private readonly byte[] _hash = new byte[SHA256.HashSizeInBytes];
    private readonly byte[] _node = new byte[1 + (2 * SHA256.HashSizeInBytes)];

    [GlobalSetup]
    public void Prepare()
    {
        for (var i = 0; i < Count; i++)
        {
            BenchmarkEntry.Bytes.CopyTo(_entries, (i * PrefixedLength) + 1);
            _ranges[i] = ((i * PrefixedLength) + 1)..((i + 1) * PrefixedLength);
        }
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void LeavesByHashData()
    {
        for (var i = 0; i < Count; i++)
        {
            SHA256.HashData(_entries.AsSpan(i * PrefixedLength, PrefixedLength), _hash);
        }
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public void LeavesTogether() => BatchHasher.Fastest.HashLeaves(_entries, _ranges, _leaves);

    [Benchmark(OperationsPerInvoke = Count / 2)]
    public void NodesByHashData()
    {
        for (var i = 0; i < Count / 2; i++)
        {
            SHA256.HashData(_node, _hash);
        }
    }

    [Benchmark(OperationsPerInvoke = Count / 2)]
    public void NodesTogether() => BatchHasher.Fastest.HashNodes(_leaves, _nodes);
}
