using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Checkpoints;

/// <summary>A proof that a log goes on from an older state holds for that state alone, and by a key that is trusted.</summary>
public sealed class AuditConsistencyProofTests : IDisposable
{
    private const int OldSize = 5, Size = 9;

    private readonly TestKey _key = new(TestLog.Origin);
    private readonly TestLog _log = TestLog.Of(Size);

    public void Dispose() => _key.Dispose();

    [Fact]
    public void It_holds_for_the_older_state_of_the_same_log_and_for_no_other()
    {
        var proof = Proof(OldSize, OldSize);
        var older = State(TestLog.Origin, OldSize);

        Assert.True(proof.Verify(older, [_key.Verifier]));
        Assert.False(proof.Verify(State("other.example/log", OldSize), [_key.Verifier]));
        Assert.False(proof.Verify(State(TestLog.Origin, OldSize + 1), [_key.Verifier]));
        Assert.False(proof.Verify(new Checkpoint(TestLog.Origin, OldSize, MerkleHash.EmptyRoot), [_key.Verifier]));
        Assert.False(Proof(OldSize + 1, OldSize).Verify(older, [_key.Verifier])); // It says that it is of another size.
        Assert.False(Proof(OldSize, OldSize - 1).Verify(older, [_key.Verifier]));
    }

    [Fact]
    public void It_holds_by_a_key_that_signed_the_newer_state_only()
    {
        using var other = new TestKey(TestLog.Origin);
        Assert.False(Proof(OldSize, OldSize).Verify(State(TestLog.Origin, OldSize), [other.Verifier]));
        Assert.False(Proof(OldSize, OldSize).Verify(State(TestLog.Origin, OldSize), []));
    }

    /// <summary>A proof that names one older size, with the hashes for another.</summary>
    private AuditConsistencyProof Proof(int names, int proves) => new(
        names, [.. RfcTree.ConsistencyProof(proves, _log.Leaves).Select(hash => new MerkleHash(hash))], _log.Signed(_key));

    private Checkpoint State(string origin, int size) => new(origin, size, new MerkleHash(_log.First(size).Root));
}
