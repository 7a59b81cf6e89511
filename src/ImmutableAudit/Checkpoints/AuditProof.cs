using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;

namespace ImmutableAudit;

/// <summary>
/// A portable proof that one entry is in a log: a text file (C2SP tlog-proof, <c>.tlog-proof</c>) that anyone who has the
/// log's public key can check, without the log.
/// <code>
/// c2sp.org/tlog-proof@v1
/// extra eyJ2IjoxLCJ0aW1lIjoi...
/// index 1
/// +EKYdyW4sDZThK01t8dT2F9KkzCfkcxpMUfTQvEgXqc=
///
/// shop.example/audit
/// 2
/// kWkf0XgD+ovvnzCiPGQzyEXOXj0hiOnZAbWZdb3Ysz8=
///
/// — shop.example/audit j+qU1DBFAiEA0Xr...
/// </code>
/// <c>extra</c> is the entry itself (LOG.md L25). The hashes lead from it to the checkpoint's root.
/// </summary>
/// <remarks>Immutable and thread-safe. Parsed is not verified: <see cref="Verify"/>, and then use the result's entry.</remarks>
public sealed class AuditProof
{
    /// <summary>Longest proof that is read, in bytes.</summary>
    public const int MaxLength = SignedNote.MaxLength + (128 * 1024);

    internal const int MaxHashes = 63;

    /// <summary>What an entry bundle can hold. AuditEntry and EntryBundle say it, too: none of the three knows another.</summary>
    internal const int MaxEntryLength = ushort.MaxValue;

    private readonly MerkleHash[] _hashes;

    /// <summary>Puts a proof together, unverified. The entry is copied.</summary>
    /// <param name="index">The entry's zero-based position.</param>
    /// <param name="entry">
    /// The entry's bytes, at most 65,535; <see langword="null"/> or empty leaves them out, to be handed over beside the proof.
    /// </param>
    /// <param name="hashes">The inclusion proof, sibling of the leaf first; at most 63.</param>
    /// <param name="checkpoint">A checkpoint of a tree that holds the entry.</param>
    /// <exception cref="ArgumentException">The index is negative, the entry too long, or there are too many hashes.</exception>
    public AuditProof(long index, ReadOnlyMemory<byte>? entry, IReadOnlyList<MerkleHash> hashes, SignedCheckpoint checkpoint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentNullException.ThrowIfNull(hashes);
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashes.Count, MaxHashes, nameof(hashes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entry?.Length ?? 0, MaxEntryLength, nameof(entry));
        _hashes = [.. hashes];
        Index = index;
        Entry = entry is { IsEmpty: false } bytes ? bytes.ToArray() : (ReadOnlyMemory<byte>?)null;
        Hashes = Array.AsReadOnly(_hashes);
        Checkpoint = checkpoint;
    }

    private AuditProof(long index, SignedCheckpoint checkpoint, byte[]? entry, MerkleHash[] hashes)
    {
        _hashes = hashes;
        Index = index;
        Entry = entry is { Length: > 0 } ? entry : (ReadOnlyMemory<byte>?)null;
        Hashes = Array.AsReadOnly(hashes);
        Checkpoint = checkpoint;
    }

    /// <summary>The entry's zero-based position, as claimed.</summary>
    public long Index { get; }

    /// <summary>The entry inside the proof, unverified; <see langword="null"/> where there is none.</summary>
    public ReadOnlyMemory<byte>? Entry { get; }

    /// <summary>The inclusion proof (RFC 6962 section 2.1.1), sibling of the leaf first.</summary>
    public IReadOnlyList<MerkleHash> Hashes { get; }

    /// <summary>The checkpoint whose root the hashes lead to, unverified.</summary>
    public SignedCheckpoint Checkpoint { get; }

    /// <summary>Puts a proof together of parts that are within bounds and now belong to it.</summary>
    internal static AuditProof Of(long index, byte[]? entry, MerkleHash[] hashes, SignedCheckpoint checkpoint) =>
        new(index, checkpoint, entry, hashes);

    /// <summary>Reads a proof, unverified. The bytes are copied.</summary>
    /// <exception cref="AuditFormatException">The bytes are no such proof; the message says what is wrong.</exception>
    public static AuditProof Parse(ReadOnlyMemory<byte> bytes) =>
        AuditProofFormat.Read(bytes, out var fault) ?? throw new AuditFormatException(fault);

    /// <summary>Reads a proof as <see cref="Parse"/> does; <see langword="false"/> where that throws.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out AuditProof? proof) =>
        (proof = AuditProofFormat.Read(bytes, out _)) is not null;

    /// <summary>The proof's file: UTF-8, exactly what <see cref="Parse"/> reads.</summary>
    public byte[] ToBytes() => AuditProofFormat.Write(this);

    /// <summary>The proof's file as a string.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToBytes());

    /// <summary>
    /// Checks that the entry, and no other, is at <see cref="Index"/> of the log: that known keys have signed the checkpoint,
    /// and that the hashes lead from the entry to its root.
    /// </summary>
    /// <param name="keys">The log's keys to trust.</param>
    /// <param name="entry">
    /// The entry's bytes where they are handed over beside the proof. Those inside, if any, must be the same. Empty counts as not
    /// given.
    /// </param>
    /// <param name="origin">The log that is meant; <see langword="null"/> for the one that a signing key is named after.</param>
    /// <returns>
    /// Whether the proof holds, why not, and what was proven. Not thrown: a proof that does not hold is an answer.
    /// </returns>
    /// <exception cref="AuditFormatException">
    /// There is no entry, neither inside nor given: nothing to check (LOG.md L25).
    /// </exception>
    public AuditProofResult Verify(IEnumerable<INoteVerifier> keys, ReadOnlyMemory<byte>? entry = null, string? origin = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        // An absent array converts to empty memory, and no entry of an audit log is empty: both mean "not given".
        entry = entry is { IsEmpty: false } ? entry : null;
        var checkedEntry = entry ?? Entry
            ?? throw new AuditFormatException(
                "The proof does not hold the entry, and none was given: there is nothing to check. Give the entry's bytes "
                + "beside it.");

        var claim = Checkpoint.Checkpoint;
        var leafHash = TreeHasher.HashLeaf(checkedEntry.Span);
        var signed = Checkpoint.TryVerify(origin, keys, out var signers, out var reason);
        if (entry is not null && Entry is { } inside && !inside.Span.SequenceEqual(entry.Value.Span))
        {
            reason = "The entry given is not the entry inside the proof.";
        }
        else if (signed && Index >= claim.Size)
        {
            reason = $"The checkpoint is of {claim.Size} entries, so it has no entry {Index}.";
        }
        else if (signed && !MerkleProof.VerifyInclusion(leafHash, Index, claim.Size, _hashes, claim.Root))
        {
            reason =
                $"The hashes do not lead from this entry at index {Index} to the checkpoint's root: another entry is there, "
                + "or the proof was altered.";
        }

        return new AuditProofResult
        {
            Holds = reason is null,
            Reason = reason,
            Signers = signers,
            Index = Index,
            Entry = checkedEntry.ToArray(),
            LeafHash = leafHash,
            Checkpoint = claim,
        };
    }
}
