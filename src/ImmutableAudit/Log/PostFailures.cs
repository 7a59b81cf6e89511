namespace ImmutableAudit.Log;

/// <summary>What became of posted events that could not be committed, until somebody who flushes is told. Thread-safe.</summary>
internal sealed class PostFailures
{
    private readonly Lock _gate = new();
    private Exception? _first;
    private long _count;

    public void Add(Exception failure)
    {
        lock (_gate)
        {
            _first ??= failure;
            _count++;
        }
    }

    /// <summary>Throws once what was added since the last call.</summary>
    public void ThrowIfAny()
    {
        Exception? first;
        long count;
        lock (_gate)
        {
            (first, count) = (_first, _count);
            (_first, _count) = (null, 0);
        }

        switch (first)
        {
            case null:
                return;
            case AuditUnavailableException:
                throw new AuditUnavailableException($"{count} posted events were not appended. The first: {first.Message}", first);
            default:
                throw new AuditOutcomeUnknownException($"{count} posted events may be in the log or not. The first: {first.Message}", first);
        }
    }
}
