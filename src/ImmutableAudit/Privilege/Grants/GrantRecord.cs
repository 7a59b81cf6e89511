using System.Collections.Immutable;

namespace ImmutableAudit.Privilege;

/// <summary>How far a request has come, as far as entries say; what time alone has ended is told by <see cref="GrantRecord.Until"/>.</summary>
internal enum GrantStage
{
    Pending,
    Approved,
    Active,

    /// <summary>It has ended, and is kept for its review (PRIVILEGE.md P24).</summary>
    Over,
}

/// <summary>One vote in favour. Immutable.</summary>
/// <param name="Index">Its entry.</param>
/// <param name="Humans">Whose it is: <see cref="Humans.Of"/>.</param>
/// <param name="Roles">The approving roles that the voter held then (PRIVILEGE.md P20).</param>
/// <param name="IsSigned">Whether it carries the voter's own signature.</param>
internal sealed record GrantVote(long Index, ImmutableArray<string> Humans, ImmutableArray<string> Roles, bool IsSigned);

/// <summary>A request that is not over, and the grant that it has become. Immutable.</summary>
internal sealed record GrantRecord
{
    private AccessGrant? _grant;

    /// <summary>The request, by place and content; its index is the grant's id (PRIVILEGE.md P19).</summary>
    public required AuditReference Reference { get; init; }

    /// <summary>Whose policy it is under.</summary>
    public required string Application { get; init; }

    /// <summary>Who asked, with those it acts for.</summary>
    public required AuditSubject Requester { get; init; }

    /// <summary>The roles that the requester had then.</summary>
    public required IReadOnlyList<AuditRole> Roles { get; init; }

    /// <summary>Whose it is: <see cref="Humans.Of"/>.</summary>
    public required ImmutableArray<string> Humans { get; init; }

    /// <summary>What for.</summary>
    public required GrantSubjectMatter Matter { get; init; }

    /// <summary>For how long.</summary>
    public required long Seconds { get; init; }

    /// <summary>The requester's key for it, and what it stands for (PRIVILEGE.md P26).</summary>
    public (string Key, string Digest)? Key { get; init; }

    /// <summary>How far it has come.</summary>
    public required GrantStage Stage { get; init; }

    /// <summary>The first moment at which the stage does not hold any more (PRIVILEGE.md P21).</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Of an active grant its first moment.</summary>
    public DateTimeOffset Start { get; init; }

    /// <summary>The votes in favour, each by another person.</summary>
    public ImmutableArray<GrantVote> Votes { get; init; } = [];

    /// <summary>Whether it was taken and not given.</summary>
    public bool IsBreakGlass { get; init; }

    /// <summary>Whether a break-glass has been reviewed.</summary>
    public bool IsReviewed { get; init; }

    /// <summary>Index of the policy that ended it (PRIVILEGE.md P17).</summary>
    public long? EndedBy { get; init; }

    public long Index => Reference.Index;

    public SubjectKey Subject => SubjectKey.Of(Requester);

    /// <summary>Whether it has ended by itself and that is not told yet.</summary>
    public bool IsDue(DateTimeOffset time) => Stage != GrantStage.Over && (EndedBy is not null || time >= Until);

    /// <summary>Whether the stage holds at a moment.</summary>
    public bool Holds(DateTimeOffset time) => Stage != GrantStage.Over && EndedBy is null && time < Until;

    /// <summary>The grant, where there is one.</summary>
    public AccessGrant? Grant => Stage != GrantStage.Active || EndedBy is not null ? null
        : _grant ??= new AccessGrant(Index, Requester, Matter.Permissions, Matter.Resource, Start, Until);

    /// <summary>What it is at a moment.</summary>
    public AccessRequestStatus StatusAt(DateTimeOffset time) => (Stage, IsDue(time)) switch
    {
        (GrantStage.Pending, false) => AccessRequestStatus.Pending,
        (GrantStage.Approved, false) => AccessRequestStatus.Approved,
        (GrantStage.Active, false) => AccessRequestStatus.Active,
        (GrantStage.Pending or GrantStage.Approved, true) => AccessRequestStatus.Lapsed,
        (GrantStage.Active, true) when EndedBy is not null => AccessRequestStatus.Revoked,
        _ => AccessRequestStatus.Expired,
    };
}
