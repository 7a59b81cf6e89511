using ImmutableAudit.Events;

namespace ImmutableAudit.Log;

/// <summary>Whether and how this run of the process is on record: <c>log.opened</c>, <c>log.closed</c>. Changed under the log's lifecycle lock.</summary>
internal sealed class RunRecord(LogServices log, Appender appender, SemaphoreSlim lifecycle, CancellationToken closing)
{
    private bool _isRequired;
    private bool _isOpened;

    /// <summary>The id of this run.</summary>
    public string Session { get; } = EntryId.Create(log.Options.TimeProvider.GetUtcNow()).ToString();

    /// <summary>Whether the run is to be on record.</summary>
    public bool IsWanted => _isRequired || log.Options.RecordSessions;

    /// <summary>Whether the log is open, so that what is wanted must be appended.</summary>
    public bool IsLogOpen { get; set; }

    /// <summary>Whether a run on record that ends in order says so.</summary>
    public bool IsOpened => Volatile.Read(ref _isOpened);

    /// <summary>The log's beginning of the run, about to be appended while it opens.</summary>
    public AppendRequest Open(bool isNew)
    {
        _isOpened = IsWanted;
        return LibraryEvents.Opened(Session, isNew ? log.Options.Predecessor : null);
    }

    /// <summary>Wants the run to be on record, from now on where the log is open already.</summary>
    /// <exception cref="AuditUnavailableException">The log is being closed: whoever closes it does not wait for this.</exception>
    public async ValueTask RequireAsync(CancellationToken cancellationToken)
    {
        if (IsOpened)
        {
            return;
        }

        await lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _isRequired = true;
            if (!_isOpened && IsLogOpen)
            {
                using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, closing);
                await appender.AppendAsync(LibraryEvents.Opened(Session, null), ending.Token).ConfigureAwait(false);
                Volatile.Write(ref _isOpened, true);
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw log.Status.Refusal();
        }
        finally
        {
            lifecycle.Release();
        }
    }
}
