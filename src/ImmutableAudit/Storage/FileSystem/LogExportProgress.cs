namespace ImmutableAudit.Storage.FileSystem;

/// <summary>How far an export has come. Reported in order, never going back.</summary>
/// <param name="Entries">Entries held against the signed root and durable in the directory, from 0 to <paramref name="Size"/>.</param>
/// <param name="Size">Entries of the log.</param>
public readonly record struct LogExportProgress(long Entries, long Size);
