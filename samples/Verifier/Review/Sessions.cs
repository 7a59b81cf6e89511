namespace ImmutableAudit.Verifier.Review;

/// <summary>The runs of hosts: which began, and which said that they ended. Those that did are forgotten.</summary>
internal sealed class Sessions
{
    private readonly Dictionary<string, string?> _open = new(StringComparer.Ordinal);

    /// <summary>Runs that began.</summary>
    public long Opened { get; private set; }

    /// <summary>Runs that began and did not say that they ended: they go on, or broke off.</summary>
    public long NotClosed => Opened - Closed;

    private long Closed { get; set; }

    public void Take(AuditEntry entry)
    {
        if (entry.Event.Session is not { } session)
        {
            return;
        }

        if (entry.Type == "log.opened" && _open.TryAdd(session, null))
        {
            Opened++;
        }
        else if (entry.Type == "log.closed" && _open.Remove(session))
        {
            Closed++;
        }
    }

    /// <summary>The application of a run, where an entry of it has said so.</summary>
    public string? ApplicationOf(string? session) => session is null ? null : _open.GetValueOrDefault(session);

    public void Learn(string? session, string application)
    {
        if (session is not null && _open.ContainsKey(session))
        {
            _open[session] = application;
        }
    }
}
