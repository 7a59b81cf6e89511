using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tests.Checkpoints;

public sealed class AuditProofVerificationTests : IDisposable
{
    private readonly EcdsaNoteSigner _log = Keys.Signer();
    private readonly byte[][] _entries = [.. Enumerable.Range(0, 13).Select(i => Keys.Utf8($"{{\"entry\":{i}}}"))];

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task The_proof_of_each_entry_of_each_size_holds_and_shows_what_was_proven()
    {
        for (var size = 1; size <= _entries.Length; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var proof = AuditProof.Parse((await ProveAsync(index, size)).ToBytes());
                var result = proof.Verify([_log.Verifier]);

                Assert.True(result.Holds, result.Reason);
                Assert.Null(result.Reason);
                Assert.Equal(_entries[index], result.Entry.ToArray());
                Assert.Equal((index, size), (result.Index, result.Checkpoint.Size));
                Assert.Equal(Keys.Origin, result.Checkpoint.Origin);
                Assert.Equal(NaiveTree.Root([_entries[index]]), result.LeafHash);
                Assert.Same(_log.Verifier, Assert.Single(result.Signers));
            }
        }
    }

    [Fact]
    public async Task Only_the_exact_entry_index_size_root_and_path_hold()
    {
        var good = await ProveAsync(5, 11);
        for (var index = 0; index < 14; index++)
        {
            if (index != 5)
            {
                Fails(new AuditProof(index, good.Entry, good.Hashes, good.Checkpoint));
            }
        }

        foreach (var other in _entries.Where((_, i) => i != 5))
        {
            Fails(new AuditProof(5, other, good.Hashes, good.Checkpoint));
        }

        // From 9 entries to 16 the way from entry 5 to the root has the same shape.
        foreach (var size in (int[])[1, 5, 6, 8, 17])
        {
            Fails(new AuditProof(5, good.Entry, good.Hashes, await SignAsync(size, NaiveTree.Root(_entries[..11]))));
        }

        Fails(new AuditProof(5, good.Entry, good.Hashes, await SignAsync(11, NaiveTree.Root(_entries[..12]))));
        Fails(new AuditProof(5, good.Entry, [.. good.Hashes.Skip(1)], good.Checkpoint));
        Fails(new AuditProof(5, good.Entry, [.. good.Hashes, MerkleHash.EmptyRoot], good.Checkpoint));
        Fails(new AuditProof(5, good.Entry, [.. good.Hashes.Reverse()], good.Checkpoint));
    }

    [Fact]
    public async Task No_change_of_one_byte_of_the_file_holds()
    {
        var original = (await ProveAsync(1, 3)).ToBytes();
        foreach (var (changed, at) in OneByteChanges.Of(original))
        {
            if (AuditProof.TryParse(changed, out var proof) && proof.Entry is not null)
            {
                Assert.False(proof.Verify([_log.Verifier]).Holds, $"A change at byte {at} was accepted.");
            }
        }
    }

    [Fact]
    public async Task A_node_passed_off_as_an_entry_does_not_hold()
    {
        var node = new byte[65];
        node[0] = 1;
        NaiveTree.Root([_entries[0]]).CopyTo(node.AsSpan(1));
        NaiveTree.Root([_entries[1]]).CopyTo(node.AsSpan(33));

        var checkpoint = await SignAsync(2, NaiveTree.Root(_entries[..4]));
        Fails(new AuditProof(0, node.AsMemory(1), [NaiveTree.Root(_entries[2..4])], checkpoint));
    }

    [Fact]
    public async Task Without_any_entry_there_is_nothing_to_check()
    {
        var bare = await ProveAsync(2, 4, inside: false);

        Assert.Throws<AuditFormatException>(() => bare.Verify([_log.Verifier]));
        Assert.True(bare.Verify([_log.Verifier], _entries[2]).Holds);
        Assert.False(bare.Verify([_log.Verifier], _entries[3]).Holds);
        Assert.Throws<AuditFormatException>(() => bare.Verify([_log.Verifier], (byte[]?)null));
        Assert.Throws<AuditFormatException>(() => bare.Verify([_log.Verifier], ReadOnlyMemory<byte>.Empty));
    }

    [Fact]
    public async Task An_entry_given_beside_the_proof_must_be_the_one_inside()
    {
        var proof = await ProveAsync(2, 4);

        Assert.True(proof.Verify([_log.Verifier], _entries[2]).Holds);
        var result = proof.Verify([_log.Verifier], _entries[3]);
        Assert.False(result.Holds);
        Assert.Contains("not the entry inside", result.Reason, StringComparison.Ordinal);

        var swapped = new AuditProof(2, _entries[3], proof.Hashes, proof.Checkpoint);
        Assert.False(swapped.Verify([_log.Verifier], _entries[2]).Holds);
    }

    [Fact]
    public async Task The_checkpoint_must_be_signed_by_a_known_key_of_the_log_that_is_meant()
    {
        using var other = Keys.Signer();
        using var elsewhere = Keys.Signer("elsewhere.example");
        var proof = await ProveAsync(0, 1);

        Assert.False(proof.Verify([other.Verifier]).Holds);
        Assert.False(proof.Verify([]).Holds);
        Assert.Empty(proof.Verify([other.Verifier]).Signers);
        Assert.False(proof.Verify([_log.Verifier], origin: "other.example").Holds);
        Assert.True(proof.Verify([_log.Verifier, other.Verifier], origin: Keys.Origin).Holds);

        var signedElsewhere = await SignedCheckpoint.SignAsync(proof.Checkpoint.Checkpoint, [elsewhere]);
        var bySomeKey = new AuditProof(0, proof.Entry, proof.Hashes, signedElsewhere);
        Assert.False(bySomeKey.Verify([elsewhere.Verifier]).Holds);
        Assert.True(bySomeKey.Verify([elsewhere.Verifier], origin: Keys.Origin).Holds);
    }

    private void Fails(AuditProof proof)
    {
        var result = proof.Verify([_log.Verifier]);
        Assert.False(result.Holds);
        Assert.NotNull(result.Reason);
    }

    private async Task<AuditProof> ProveAsync(int index, int size, bool inside = true)
    {
        var checkpoint = await SignAsync(size, NaiveTree.Root(_entries[..size]));
        return new(index, inside ? _entries[index] : null, NaiveTree.Path(index, _entries[..size]), checkpoint);
    }

    private async Task<SignedCheckpoint> SignAsync(int size, MerkleHash root) =>
        await SignedCheckpoint.SignAsync(new Checkpoint(Keys.Origin, size, root), [_log]);
}
