using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Log;

/// <summary>The observers, asked and told together (LOG.md L18).</summary>
internal sealed class CheckpointMemory(LogServices log)
{
    /// <summary>What is remembered. Not to know is not to remember nothing: an observer that cannot be asked is an error.</summary>
    public async Task<List<SignedCheckpoint>> RememberedAsync(CancellationToken cancellationToken)
    {
        var remembered = new List<SignedCheckpoint>();
        foreach (var observer in log.Options.Observers)
        {
            try
            {
                if (await observer.LatestAsync(log.Options.Origin, cancellationToken).ConfigureAwait(false) is { } checkpoint)
                {
                    remembered.Add(checkpoint);
                }
            }
            catch (Exception e) when (e is not (AuditException or OperationCanceledException))
            {
                throw new AuditLogException(
                    $"An observer of the log '{log.Options.Origin}' could not be asked what it remembers: {e.Message} Nothing was changed.", e);
            }
        }

        return remembered;
    }

    /// <summary>Has every observer remember a checkpoint. It is published already, so one that cannot is reported, and told the next.</summary>
    public async ValueTask ObserveAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        foreach (var observer in log.Options.Observers)
        {
            try
            {
                await observer.ObserveAsync(checkpoint, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                log.Metrics.ObservationFailed();
                LogMessages.ObservationFailed(log.Logger, checkpoint.Checkpoint.Size, e);
            }
        }
    }
}
