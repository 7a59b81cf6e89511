using BenchmarkDotNet.Attributes;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Benchmarks.Micro;

/// <summary>What the tree costs a commit on PostgreSQL: appending its leaves to a range of a million, and the root.</summary>
public class CompactRangeBenchmarks
{
    private const long Size = 1_000_000;

    private readonly CompactRange _range = new(Size, new MerkleHash[long.PopCount(Size)]);
    private MerkleHash[] _leaves = [];

    /// <summary>Leaves of one commit.</summary>
    [Params(1, 64, 1024)]
    public int Leaves { get; set; }

    [GlobalSetup]
    public void Prepare() => _leaves = new MerkleHash[Leaves];

    [Benchmark]
    public void Append() => _range.Append(_leaves);

    [Benchmark]
    public object Clone() => _range.Clone();

    [Benchmark]
    public bool Root() => _range.Root() == default;
}
