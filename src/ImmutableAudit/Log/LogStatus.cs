namespace ImmutableAudit.Log;

/// <summary>Whether the log takes appends, and if not, why. Thread-safe; a permanent fault is never taken back.</summary>
internal sealed class LogStatus
{
    private readonly Lock _gate = new();
    private volatile string? _refusal = "The log is not open. A host opens its logs when it starts; without one, use AuditLog.OpenAsync.";
    private Exception? _cause;
    private bool _permanent;
    private volatile bool _hasFailed;

    /// <summary>Whether nothing will make the log take appends again.</summary>
    public bool IsFaulted
    {
        get
        {
            lock (_gate)
            {
                return _permanent;
            }
        }
    }

    /// <summary>Whether the log takes appends at this moment.</summary>
    public bool IsAccepting => _refusal is null;

    /// <summary>Whether the log takes appends, and did not fail to commit the last ones: it may be for want of room or by the clock.</summary>
    public bool IsCommitting => IsAccepting && !_hasFailed;

    public void Open()
    {
        _hasFailed = false;
        Set(null, null, permanent: false);
    }

    /// <summary>What was taken last is in the log.</summary>
    public void Committed() => _hasFailed = false;

    /// <summary>What was taken last is not in the log; the next may be.</summary>
    public void NotCommitted() => _hasFailed = true;

    public void Recovering(Exception cause) =>
        Set("The log is recovering from a storage failure. Nothing was appended; try again.", cause, permanent: false);

    public void Faulted(Exception cause) =>
        Set($"The log takes no more entries: {cause.Message} Nothing was appended. Open it again once the cause is mended.", cause, permanent: true);

    public void Closed() => Set("The log is closed. Nothing was appended.", null, permanent: true);

    /// <summary>Throws <see cref="AuditUnavailableException"/> unless the log takes appends.</summary>
    public void ThrowIfRefused()
    {
        if (_refusal is not null)
        {
            throw Refusal();
        }
    }

    /// <summary>Why appends are refused.</summary>
    public AuditUnavailableException Refusal()
    {
        lock (_gate)
        {
            var message = _refusal ?? "The log is closing. Nothing was appended.";
            return _cause is null ? new AuditUnavailableException(message) : new AuditUnavailableException(message, _cause);
        }
    }

    private void Set(string? refusal, Exception? cause, bool permanent)
    {
        lock (_gate)
        {
            if (!_permanent)
            {
                _refusal = refusal;
                _cause = cause;
                _permanent = permanent;
            }
        }
    }
}
