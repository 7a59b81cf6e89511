using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Log;

/// <summary>The observers, asked and told together (LOG.md L18).</summary>
internal sealed class CheckpointMemory(LogServices log)
{
    private readonly (ICheckpointObserver Observer, OutsideCall Call)[] _observers =
        [.. log.Options.Observers.Select(observer => (observer, new OutsideCall($"The observer {observer.GetType().Name}", log.Options.TimeProvider)))];

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

    /// <summary>Has every observer remember a checkpoint at opening.</summary>
    /// <exception cref="AuditLogRollbackException">One remembers another history.</exception>
    public async ValueTask ObserveAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        foreach (var (observer, _) in _observers)
        {
            if (await TellAsync(observer, checkpoint, cancellationToken).ConfigureAwait(false) is { } other)
            {
                throw other;
            }
        }
    }

    /// <summary>
    /// Has every observer remember a checkpoint. It is published already, so one that cannot, or does not answer, is reported, and told the
    /// next; where one remembers another history, the log takes no more entries.
    /// </summary>
    public void Observe(SignedCheckpoint checkpoint, CancellationToken abandoned)
    {
        foreach (var (observer, call) in _observers)
        {
            try
            {
                if (call.Wait(answer => TellAsync(observer, checkpoint, answer), abandoned) is { } other)
                {
                    LogMessages.Faulted(log.Logger, other);
                    log.Status.Faulted(other);
                }
            }
            catch (Exception e)
            {
                Failed(checkpoint, e);
            }
        }
    }

    /// <summary>Tells one observer.</summary>
    /// <returns>That it remembers another history, if it does.</returns>
    private async ValueTask<AuditLogRollbackException?> TellAsync(ICheckpointObserver observer, SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            await observer.ObserveAsync(checkpoint, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Failed(checkpoint, e);
            return e is AuditLogRollbackException other && await IsOfAnotherAsync(observer, checkpoint, cancellationToken).ConfigureAwait(false) ? other : null;
        }

        return null;
    }

    /// <summary>Whether what is remembered is not simply newer: on a shared sink, another writer may have been quicker to tell.</summary>
    private async ValueTask<bool> IsOfAnotherAsync(ICheckpointObserver observer, SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        if (!log.Sink.IsShared)
        {
            return true;
        }

        try
        {
            return await observer.LatestAsync(log.Options.Origin, cancellationToken).ConfigureAwait(false) is { Checkpoint: var latest }
                && latest.Size == checkpoint.Checkpoint.Size && latest.Root != checkpoint.Checkpoint.Root;
        }
        catch (Exception e)
        {
            Failed(checkpoint, e);
            return false;
        }
    }

    private void Failed(SignedCheckpoint checkpoint, Exception exception)
    {
        log.Metrics.ObservationFailed();
        LogMessages.ObservationFailed(log.Logger, checkpoint.Checkpoint.Size, exception);
    }
}
