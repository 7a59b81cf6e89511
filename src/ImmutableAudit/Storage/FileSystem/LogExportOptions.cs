using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>How a log is exported.</summary>
public sealed class LogExportOptions
{
    /// <summary>
    /// The keys to trust: one of them must have signed the log's checkpoint, and that of an earlier export. With none, nobody knows who
    /// signed what is exported; it is still held against the checkpoint's root, and must extend what was exported earlier.
    /// </summary>
    public IReadOnlyList<INoteVerifier> Keys { get; init; } = [];

    /// <summary>The log that is meant; <see langword="null"/> accepts the log that a key which signed is named after, or any where there is no key.</summary>
    public string? Origin { get; init; }

    /// <summary>
    /// Whether what an earlier export left is read again and held against the signed root; what is damaged is fetched again. Otherwise
    /// what lies under the exported checkpoint is taken to be what was written then, and only what an interrupted export left is read.
    /// </summary>
    public bool Recheck { get; init; } = true;

    /// <summary>
    /// How many bundles (256 entries each, usually some 100 kB, at most 17 MB) are fetched at the same time, and so held in memory,
    /// beside those that are being written; default 16 or twice the number of processors, whichever is more. At least 1.
    /// </summary>
    public int MaxDegreeOfParallelism { get; init; } = Math.Max(16, 2 * Environment.ProcessorCount);

    /// <summary>Told how far the export has come, in order; called on whatever thread is at work.</summary>
    public IProgress<LogExportProgress>? Progress { get; init; }
}
