using ImmutableAudit.Checkpoints;
using Kind = ImmutableAudit.Verification.VerificationFailureKind;

namespace ImmutableAudit.Verification;

/// <summary>
/// What somebody kept of a log, checkpoints and portable proofs, held against the log: by itself before the pass over the
/// entries, and against the entries after it.
/// </summary>
internal sealed class KeptEvidence(LogVerificationOptions options, Checkpoint head)
{
    private readonly List<ConsistentCheckpoint> _since = [];
    private readonly List<AuditProofResult> _proofs = [];

    /// <summary>The checkpoints that hold.</summary>
    public IReadOnlyList<ConsistentCheckpoint> Since => _since;

    /// <summary>The proofs that hold.</summary>
    public IReadOnlyList<AuditProofResult> Proofs => _proofs;

    /// <summary>The sizes whose roots are needed.</summary>
    public IEnumerable<long> Sizes =>
        options.Since.Concat(options.Proofs.Select(proof => proof.Checkpoint)).Select(earlier => earlier.Checkpoint.Size);

    /// <summary>The entries that are needed.</summary>
    public IReadOnlySet<long> Entries => options.Proofs.Select(proof => proof.Index).ToHashSet();

    /// <summary>What can be said without the log's entries: that the evidence is this log's, validly signed, and of no more entries than it has.</summary>
    public VerificationFailure? CheckItself()
    {
        foreach (var earlier in options.Since)
        {
            if (CheckEarlier(earlier, Name(earlier), out var signers) is { } failure)
            {
                return failure;
            }

            _since.Add(new ConsistentCheckpoint(earlier, signers));
        }

        foreach (var proof in options.Proofs)
        {
            var failure = CheckEarlier(proof.Checkpoint, Name(proof), out _);
            if (failure is null && proof.Index >= proof.Checkpoint.Checkpoint.Size)
            {
                failure = DoesNotHold(proof, $"its checkpoint is of {proof.Checkpoint.Checkpoint.Size} entries");
            }

            if (failure is null && proof.Entry is not null && proof.Verify(options.Keys, origin: head.Origin) is { Holds: false } result)
            {
                failure = DoesNotHold(proof, result.Reason);
            }

            if (failure is not null)
            {
                return failure;
            }
        }

        return null;
    }

    /// <summary>Whether the log extends every checkpoint, and has the entry of every proof. A proof without an entry is checked with the log's.</summary>
    public VerificationFailure? CheckAgainst(LogPass pass)
    {
        foreach (var earlier in options.Since)
        {
            if (CheckRoot(earlier, Name(earlier), pass) is { } failure)
            {
                return failure;
            }
        }

        foreach (var proof in options.Proofs)
        {
            if (CheckRoot(proof.Checkpoint, $"the checkpoint of {Name(proof)}", pass) is { } failure)
            {
                return failure;
            }

            // The checkpoint's root is this log's, so an entry that leads to it is this log's too.
            var result = proof.Index < pass.EntriesNotRead
                ? proof.Verify(options.Keys, origin: head.Origin)
                : proof.Verify(options.Keys, pass.Kept[proof.Index], head.Origin);
            if (!result.Holds)
            {
                return DoesNotHold(proof, $"for the entry in this log: {result.Reason}");
            }

            _proofs.Add(result);
        }

        return null;
    }

    private static VerificationFailure? CheckRoot(SignedCheckpoint earlier, string name, LogPass pass)
    {
        var found = pass.Roots[earlier.Checkpoint.Size];
        return found == earlier.Checkpoint.Root ? null : Failures.Inconsistent(name, earlier.Checkpoint, found);
    }

    private static VerificationFailure DoesNotHold(AuditProof proof, string reason) =>
        Failures.Plain(Kind.Proof, $"The {Name(proof)[4..]} does not hold: {reason}") with { EntryIndex = proof.Index };

    private static string Name(SignedCheckpoint earlier) => $"the checkpoint of {earlier.Checkpoint.Size} entries kept from earlier";

    private static string Name(AuditProof proof) => $"the proof of entry {proof.Index}";

    private VerificationFailure? CheckEarlier(SignedCheckpoint earlier, string name, out IReadOnlyList<INoteVerifier> signers)
    {
        if (Failures.OfSignatures(earlier, name, head.Origin, options.Keys, out signers) is { } failure)
        {
            return failure;
        }

        return earlier.Checkpoint.Size <= head.Size ? null : Failures.Shorter(name, earlier.Checkpoint, head.Size);
    }
}
