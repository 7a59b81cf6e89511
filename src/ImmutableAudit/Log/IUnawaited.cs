namespace ImmutableAudit.Log;

/// <summary>Learns what becomes of a request that nobody waits for. Called by the log's thread, or by one that closes the log: quick, and without exceptions.</summary>
internal interface IUnawaited
{
    /// <summary>Its entry is durable.</summary>
    void Committed();

    /// <summary>So many calls failed; with <see cref="AuditOutcomeUnknownException"/> the entry may be in the log.</summary>
    void Failed(Exception exception, int calls);
}
