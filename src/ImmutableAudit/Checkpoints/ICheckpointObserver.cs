namespace ImmutableAudit.Checkpoints;

/// <summary>
/// Remembers, apart from the log, the newest checkpoint that was signed: so that a log put back to an earlier state (last
/// night's backup) is noticed before its writer signs a second history (LOG.md L18).
/// </summary>
/// <remarks>
/// <para>It only helps where it does not share the log's fate: beside the key, in another system, at a witness.</para>
/// <para>Implementations are thread-safe. For one origin a later observation replaces an earlier one, and sizes never go
/// backwards: whoever observes a smaller checkpoint than the remembered one, or another root of the same size, gets
/// an <see cref="AuditLogRollbackException"/>, and what is remembered stays. Observing the same again does nothing.</para>
/// <para>Both methods throw <see cref="AuditLogUnreadableException"/> when the memory cannot be reached. A log refuses to
/// open then: not to know is not to remember nothing.</para>
/// </remarks>
public interface ICheckpointObserver
{
    /// <summary>The newest checkpoint observed of this log.</summary>
    /// <param name="origin">The log's origin, compared byte for byte.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>
    /// The checkpoint as it was observed, for the caller to verify; <see langword="null"/> only where none was ever observed.
    /// </returns>
    ValueTask<SignedCheckpoint?> LatestAsync(string origin, CancellationToken cancellationToken = default);

    /// <summary>
    /// Remembers a checkpoint durably: once this completes, <see cref="LatestAsync"/> returns it, or a later one, also after a
    /// crash.
    /// </summary>
    /// <param name="checkpoint">A checkpoint of our own, already signed.</param>
    /// <param name="cancellationToken">Gives up waiting; the checkpoint is then remembered or not.</param>
    ValueTask ObserveAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken = default);
}
