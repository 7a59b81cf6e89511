using ImmutableAudit.Events;

namespace ImmutableAudit;

/// <summary>
/// What an application puts on record: who did what to which thing, and how it ended. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// <para>An entry of the log is one event as UTF-8 JSON (I-JSON, RFC 7493), at most 65,535 bytes, its members always in the
/// order below, absent ones left out. <c>time</c> is stamped by the log together with the index. The least:</para>
/// <code>
/// {"v":1,"time":"2026-11-21T21:16:47.1234567Z","type":"event","id":"019aa8c5-2c0b-7a3e-9d52-4b1f6f0c7e11",
///  "actor":{"id":"u-1842"},"action":"orders.export"}
/// </code>
/// <para>And everything (the line breaks are not part of it):</para>
/// <code>
/// {"v":1,"time":"2026-11-21T21:16:47.1234567Z","type":"event","id":"019aa8c5-2c0b-7a3e-9d52-4b1f6f0c7e11",
///  "session":"s-77",
///  "actor":{"issuer":"https://login.example","id":"svc-refunds","person":"p-9","kind":"service","onBehalfOf":{"id":"u-1842"}},
///  "action":"orders.refund",
///  "resource":{"type":"order","id":"4711"},
///  "outcome":"success",
///  "reason":"damaged on arrival",
///  "source":{"app":"shop","host":"web-3","ip":"192.0.2.7"},
///  "trace":"4bf92f3577b34da6a3ce929d0e0e4736",
///  "ref":{"index":41,"leaf":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
///  "grant":12,
///  "details":{"amount":12.50,"currency":"EUR"}}
/// </code>
/// <para>Entries about privileges, which the library alone writes, have more members behind these: see
/// <see cref="AuditEntry"/>.</para>
/// <para>Any text is accepted: control characters are escaped, and what is not valid Unicode becomes U+FFFD, so that
/// nobody can keep an event off the log by what they type.</para>
/// </remarks>
public sealed record AuditEvent
{
    /// <summary>Who acts.</summary>
    public required AuditSubject Actor { get; init; }

    /// <summary>What is done, such as <c>orders.export</c>; not blank.</summary>
    public required string Action { get; init; }

    /// <summary>
    /// <c>event</c> for everything that applications write. Readers also meet the library's own (<c>access.*</c>,
    /// <c>grant.*</c>, <c>policy.*</c>, <c>log.*</c>, <c>key.*</c>); appending one of those is refused (P25).
    /// </summary>
    public string Type { get; init; } = "event";

    /// <summary>
    /// Tells a retry from a second event (L10). Leave it out and the log gives a UUIDv7; the empty one is refused.
    /// </summary>
    public Guid? Id { get; init; }

    /// <summary>What belongs together: a login session, a process run.</summary>
    public string? Session { get; init; }

    /// <summary>What is acted upon.</summary>
    public AuditResource? Resource { get; init; }

    /// <summary>How it ended: one of <see cref="AuditOutcome"/>, or the application's own word.</summary>
    public string? Outcome { get; init; }

    /// <summary>Why it was done, or why it ended so; for people.</summary>
    public string? Reason { get; init; }

    /// <summary>From where it came.</summary>
    public AuditSource? Source { get; init; }

    /// <summary>The W3C trace id: 32 lower-case hexadecimal digits, not all zero (W3C Trace Context section 3.2.2.3).</summary>
    public string? Trace { get; init; }

    /// <summary>The entry that this one belongs to, such as the attempt whose outcome it tells.</summary>
    public AuditReference? Ref { get; init; }

    /// <summary>The grant under which it was done: the index of its request; 0 or more.</summary>
    public long? Grant { get; init; }

    /// <summary>Whatever else belongs on record, as a JSON object.</summary>
    public AuditDetails? Details { get; init; }

    /// <summary>What the library alone adds to its own entries (P25).</summary>
    internal PrivilegeMembers? Privilege { get; init; }
}
