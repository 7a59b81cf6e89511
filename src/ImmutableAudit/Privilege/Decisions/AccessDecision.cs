namespace ImmutableAudit.Privilege;

/// <summary>What was decided for one link of a chain of subjects. Immutable and thread-safe.</summary>
public sealed class LinkDecision
{
    internal LinkDecision(AuditSubject subject, IReadOnlyList<AuditRole> roles)
    {
        Subject = subject;
        Roles = roles;
    }

    /// <summary>The link.</summary>
    public AuditSubject Subject { get; }

    /// <summary>All of its roles that the policy knows, the policy's own assignments first, whether they matter here or not.</summary>
    public IReadOnlyList<AuditRole> Roles { get; }

    /// <summary>The role that it is allowed by.</summary>
    public AuditRole? Role { get; internal init; }

    /// <summary>The role that holds the permission: <see cref="Role"/> itself, or one that it includes.</summary>
    public string? Holder { get; internal init; }

    /// <summary>What the role or the grant is limited to.</summary>
    public AuditResource? Scope { get; internal init; }

    /// <summary>The grant that it is allowed by.</summary>
    public AccessGrant? Grant { get; internal init; }

    /// <summary>Why it is denied; absent where it is allowed.</summary>
    public DenialReason? Reason { get; internal init; }

    /// <summary>Whether this link may.</summary>
    public bool Allowed => Reason is null;
}

/// <summary>Allowed or denied, why, and by what. Immutable and thread-safe.</summary>
public sealed class AccessDecision
{
    private AccessDecision(IReadOnlyList<LinkDecision> links, IReadOnlyList<DenialReason> reasons)
    {
        Links = links;
        Reasons = reasons;
        Grants = links.All(link => link.Grant is null) ? [] : [.. links.Select(link => link.Grant).OfType<AccessGrant>().DistinctBy(grant => grant.Index)];
    }

    /// <summary>Whether every link of the chain may.</summary>
    public bool Allowed => Reasons.Count == 0;

    /// <summary>Why it is denied, each reason once; empty where it is allowed.</summary>
    public IReadOnlyList<DenialReason> Reasons { get; }

    /// <summary>One for each link of the chain, the acting subject first.</summary>
    public IReadOnlyList<LinkDecision> Links { get; }

    /// <summary>The grants that it relies on: when one of them ends, so does the decision.</summary>
    public IReadOnlyList<AccessGrant> Grants { get; }

    /// <summary>The roles of all links as they go on record, the acting subject's first.</summary>
    public IReadOnlyList<AuditRole> Roles => Links.Count == 1 ? Links[0].Roles : [.. Links.SelectMany(link => link.Roles)];

    /// <summary>Allowed, or denied with the reasons.</summary>
    public override string ToString() => Allowed ? "allowed" : "denied: " + string.Join(" ", Reasons.Select(reason => reason.Text));

    internal static AccessDecision Of(IReadOnlyList<LinkDecision> links) =>
        new(links, links.All(link => link.Allowed) ? [] : [.. links.Select(link => link.Reason).OfType<DenialReason>().Distinct()]);

    /// <summary>Denied for a cause that lies outside of policy and grants.</summary>
    internal static AccessDecision Denied(DenialReason reason) => new([], [reason]);
}
