namespace ImmutableAudit.Verification;

/// <summary>What is wrong with a log.</summary>
public enum VerificationFailureKind
{
    /// <summary>The log's checkpoint is malformed.</summary>
    Checkpoint,

    /// <summary>A checkpoint's signature by a known key is bad, or no known key has signed.</summary>
    Signature,

    /// <summary>A checkpoint is validly signed, but is another log's.</summary>
    Origin,

    /// <summary>A tile or entry bundle that the checkpoint implies is not there.</summary>
    Missing,

    /// <summary>A tile or entry bundle is not what its format allows: its length is wrong, or its last entry ends behind it.</summary>
    Malformed,

    /// <summary>An entry is not the one that was signed: its tile holds the signed hash.</summary>
    EntryAltered,

    /// <summary>A tile holds a hash that was not signed: what it should be a hash of, is the signed.</summary>
    TileAltered,

    /// <summary>An entry or a tile below does not have the hash that a tile holds, and neither leads to the signed root.</summary>
    Mismatch,

    /// <summary>Entries and tiles agree with each other, but not with the root that was signed.</summary>
    Root,

    /// <summary>An entry has no valid <c>time</c>, or one before that of the entry before it.</summary>
    Time,

    /// <summary>The log has fewer entries than a checkpoint or proof from earlier says: its tail was cut off, or this is an older copy.</summary>
    Shorter,

    /// <summary>The log does not begin with the entries that a checkpoint or proof from earlier is of: history was rewritten.</summary>
    Inconsistent,

    /// <summary>A portable proof does not hold, or not for the entry that this log has.</summary>
    Proof,
}
