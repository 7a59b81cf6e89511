namespace ImmutableAudit.Log;

/// <summary>What became of posted events that could not be committed, until somebody who flushes is told. Thread-safe.</summary>
internal sealed class PostFailures : IUnawaited
{
    private readonly Lock _gate = new();
    private Exception? _first;
    private Exception? _unknown;
    private long _count;

    public void Committed()
    {
        // What is durable needs no telling.
    }

    public void Failed(Exception exception, int calls)
    {
        lock (_gate)
        {
            _first ??= exception;
            _unknown ??= exception as AuditOutcomeUnknownException;
            _count += calls;
        }
    }

    /// <summary>Throws once what was added since the last call.</summary>
    public void ThrowIfAny()
    {
        Exception? first, unknown;
        long count;
        lock (_gate)
        {
            (first, unknown, count) = (_first, _unknown, _count);
            (_first, _unknown, _count) = (null, null, 0);
        }

        if (unknown is not null)
        {
            // One that may be in the log makes it wrong to say that none is.
            throw new AuditOutcomeUnknownException($"{count} posted events may be in the log or not. The first: {unknown.Message}", unknown);
        }

        if (first is not null)
        {
            throw new AuditUnavailableException($"{count} posted events were not appended. The first: {first.Message}", first);
        }
    }
}
