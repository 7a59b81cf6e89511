namespace ImmutableAudit.Privilege;

/// <summary>Permissions that a subject has for a time (PRIVILEGE.md P21). Immutable and thread-safe.</summary>
public sealed class AccessGrant
{
    /// <summary>Takes what the log says of a grant.</summary>
    /// <param name="index">Index of the request, which is the grant's id (PRIVILEGE.md P19).</param>
    /// <param name="subject">Who has it; issuer and id count.</param>
    /// <param name="permissions">What it is for.</param>
    /// <param name="resource">The only resource that it holds on; without id, all of this type; absent, whatever is acted upon.</param>
    /// <param name="start">The first moment at which it holds.</param>
    /// <param name="end">The first moment at which it does not hold any more.</param>
    public AccessGrant(
        long index, AuditSubject subject, IEnumerable<string> permissions, AuditResource? resource, DateTimeOffset start, DateTimeOffset end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(permissions);
        Index = index;
        Subject = subject;
        Permissions = [.. permissions.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Resource = resource;
        Start = start;
        End = end;
    }

    /// <summary>Its id.</summary>
    public long Index { get; }

    /// <summary>Who has it.</summary>
    public AuditSubject Subject { get; }

    /// <summary>What it is for, in ordinal order.</summary>
    public IReadOnlyList<string> Permissions { get; }

    /// <summary>The only resource that it holds on.</summary>
    public AuditResource? Resource { get; }

    /// <summary>The first moment at which it holds.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>The first moment at which it does not hold any more.</summary>
    public DateTimeOffset End { get; }

    /// <summary>Whether it holds at a moment: in the half-open <c>[Start, End)</c>.</summary>
    public bool IsLive(DateTimeOffset now) => Start <= now && now < End;

    /// <summary>
    /// Whether it gives a permission to one link of a call: to whom it was given, also where that one acts for others, who need theirs; if it was
    /// given to somebody acting for others, only where the same acts for the same.
    /// </summary>
    internal bool IsFor(AuditSubject link, string permission) =>
        (Subject.OnBehalfOf is null ? SubjectKey.Of(Subject) == SubjectKey.Of(link) : SubjectKey.AreSame(Subject, link))
        && Permissions.Contains(permission, StringComparer.Ordinal);
}
