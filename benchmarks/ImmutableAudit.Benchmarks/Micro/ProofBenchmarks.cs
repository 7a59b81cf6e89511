using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using ImmutableAudit.Benchmarks.Subjects;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage.InMemory;

namespace ImmutableAudit.Benchmarks.Micro;

/// <summary>A portable proof of an entry among 10,000: parsed, verified, and next to it the signature alone.</summary>
public class ProofBenchmarks
{
    private const string Origin = "benchmark.example/audit";
    private const int Entries = 10_000;
    private const long Index = 4_321;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private AuditProof? _proof;
    private byte[] _bytes = [];
    private byte[] _checkpoint = [];
    private byte[] _signed = [];
    private byte[] _signature = [];
    private INoteVerifier[] _keys = [];
    private MerkleHash[] _hashes = [];
    private MerkleHash _leaf;

    [GlobalSetup]
    public void Prepare() => PrepareAsync().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Clean() => _key.Dispose();

    [Benchmark(Baseline = true)]
    public bool VerifySignatureAlone() =>
        _key.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    [Benchmark]
    public bool VerifyPortableProof() => _proof!.Verify(_keys).Holds;

    [Benchmark]
    public bool ParseAndVerifyPortableProof() => AuditProof.Parse(_bytes).Verify(_keys).Holds;

    [Benchmark]
    public object ParseProof() => AuditProof.Parse(_bytes);

    [Benchmark]
    public object ParseCheckpoint() => SignedCheckpoint.Parse(_checkpoint);

    [Benchmark]
    public bool VerifyInclusion() => MerkleProof.VerifyInclusion(_leaf, Index, Entries, _hashes, _proof!.Checkpoint.Checkpoint.Root);

    /// <summary>Awaited here: what runs benchmarks in this process does not await a setup.</summary>
    private async Task PrepareAsync()
    {
        using var signer = new EcdsaNoteSigner(Origin, _key, leaveOpen: true);
        _keys = [signer.Verifier];
        await using var log = await AuditLog.OpenAsync(
            new AuditLogOptions { Origin = Origin, Sink = new InMemorySink(new InMemoryStore()), Signers = { signer } });
        await log.AppendAsync(Enumerable.Repeat(BenchmarkEntry.Encoded, Entries).ToArray());
        _proof = await log.ProveAsync(Index);
        _bytes = _proof.ToBytes();
        _hashes = [.. _proof.Hashes];
        _leaf = TreeHasher.HashLeaf(_proof.Entry!.Value.Span);
        _checkpoint = _proof.Checkpoint.Note.Bytes.ToArray();
        _signed = _proof.Checkpoint.Note.Text.ToArray();
        _signature = _key.SignData(_signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}
