namespace ImmutableAudit;

/// <summary>Reads a log's committed entries, those not yet published included. Thread-safe.</summary>
/// <remarks>What it returns is read from storage, not verified; an auditor verifies (<see cref="Verification.LogVerifier"/>).</remarks>
public interface IAuditLogReader
{
    /// <summary>Number of committed entries.</summary>
    long Size { get; }

    /// <summary>Reads the entries from one index up to, not including, another; by default all that are committed when reading begins.</summary>
    /// <param name="from">First index, 0 or more. From the size on, there is nothing to read.</param>
    /// <param name="to">Index behind the last, or <see langword="null"/> for the size.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    /// <exception cref="AuditLogUnreadableException">An entry could not be read.</exception>
    /// <exception cref="AuditFormatException">An entry is not an event.</exception>
    IAsyncEnumerable<AuditEntry> ReadAsync(long from = 0, long? to = null, CancellationToken cancellationToken = default);

    /// <summary>Reads the entries from an index on, and goes on waiting for new ones until cancelled or the log is closed.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    IAsyncEnumerable<AuditEntry> FollowAsync(long from = 0, CancellationToken cancellationToken = default);
}
