namespace ImmutableAudit.Log;

/// <summary>Reads single committed entries in any order. Used by one caller at a time.</summary>
internal interface IEntryReader
{
    /// <summary>Reads an entry.</summary>
    /// <exception cref="AuditLogCorruptException">It is not the one that was signed.</exception>
    /// <exception cref="AuditLogUnreadableException">It could not be read, or is not committed.</exception>
    /// <exception cref="AuditFormatException">It is not an event, or a file of the log is missing or malformed.</exception>
    ValueTask<AuditEntry> ReadAsync(long index, CancellationToken cancellationToken = default);
}
