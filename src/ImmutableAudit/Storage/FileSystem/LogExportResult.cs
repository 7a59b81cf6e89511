using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>What an export has come to.</summary>
public sealed record LogExportResult
{
    internal LogExportResult()
    {
    }

    /// <summary>The checkpoint of the log, and of the directory now.</summary>
    public required SignedCheckpoint Checkpoint { get; init; }

    /// <summary>The given keys that signed it; none where no key was given.</summary>
    public required IReadOnlyList<INoteVerifier> Signers { get; init; }

    /// <summary>The checkpoint that the directory had before, which the log was shown to extend; <see langword="null"/> where there was none.</summary>
    public SignedCheckpoint? Earlier { get; init; }

    /// <summary>Entries that were read from the log: the others were in the directory already.</summary>
    public long Fetched { get; init; }
}
