namespace ImmutableAudit.Privilege;

/// <summary>What somebody asks for: permissions for a time. Immutable and thread-safe.</summary>
public sealed record ElevationRequest
{
    /// <summary>The permissions, 1 to 32; each has an elevation rule in the policy.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }

    /// <summary>For how long from activation on, in whole seconds; at most what the rules allow.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Why; at most 2,000 characters. Some rules require it.</summary>
    public string? Reason { get; init; }

    /// <summary>Where the matter is dealt with; at most 200 characters. Some rules require it.</summary>
    public string? Ticket { get; init; }

    /// <summary>The only resource that it is needed for; without id, all of its type; absent, whatever is acted upon.</summary>
    public AuditResource? Resource { get; init; }

    /// <summary>
    /// Makes one request of one that is sent several times, as long as it is open; at most 200 characters. The same key with anything else
    /// changed is refused (PRIVILEGE.md P26).
    /// </summary>
    public string? Key { get; init; }
}
