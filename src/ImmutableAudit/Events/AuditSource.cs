namespace ImmutableAudit;

/// <summary>From where the act came. Immutable and thread-safe.</summary>
public sealed record AuditSource
{
    /// <summary>The application.</summary>
    public string? App { get; init; }

    /// <summary>The machine or container.</summary>
    public string? Host { get; init; }

    /// <summary>The caller's address, as the application saw it; recorded as given, not checked.</summary>
    public string? Ip { get; init; }
}
