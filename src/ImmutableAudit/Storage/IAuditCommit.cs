namespace ImmutableAudit.Storage;

/// <summary>A commit that has been opened on the current head and can be completed once. Disposing it without completing abandons it.</summary>
/// <remarks>Used by one thread at a time.</remarks>
public interface IAuditCommit : IDisposable
{
    /// <summary>The head on which the commit was opened.</summary>
    LogHead Head { get; }

    /// <summary>The sink's time: a database's server clock, the local clock elsewhere (LOG.md L9).</summary>
    DateTimeOffset Now { get; }

    /// <summary>Appends the batch, all of it or nothing.</summary>
    /// <returns>
    /// <see cref="CommitOutcome.Committed"/> only once every entry is durable; with any other outcome nothing was
    /// written and nothing of the batch will ever appear.
    /// </returns>
    /// <exception cref="AuditUnavailableException">It failed before anything was written; the sink stays usable.</exception>
    /// <exception cref="Exception">
    /// Anything else leaves the outcome unknown: the batch is there whole or not at all. The sink is not used again before
    /// <see cref="IAuditSink.RecoverAsync"/> has found out.
    /// </exception>
    ValueTask<CommitOutcome> CompleteAsync(CommitBatch batch, CancellationToken cancellationToken);
}
