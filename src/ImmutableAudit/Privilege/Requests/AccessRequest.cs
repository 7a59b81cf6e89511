using ImmutableAudit.Merkle;

namespace ImmutableAudit.Privilege;

/// <summary>A request for access, and the grant that it becomes (PRIVILEGE.md P19), at the moment at which it was asked about. Immutable and thread-safe.</summary>
public sealed record AccessRequest
{
    /// <summary>Index of the request's entry: the grant's id.</summary>
    public required long Id { get; init; }

    /// <summary>Leaf hash of the request's entry: what an approver's signature is about (<see cref="VoteProof"/>).</summary>
    public required MerkleHash Leaf { get; init; }

    /// <summary>Who asks, with those it acts for.</summary>
    public required AuditSubject Requester { get; init; }

    /// <summary>What for, in ordinal order.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }

    /// <summary>What it is limited to.</summary>
    public AuditResource? Resource { get; init; }

    /// <summary>For how long from activation on.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>Where the matter is dealt with.</summary>
    public string? Ticket { get; init; }

    /// <summary>Where it stands.</summary>
    public required AccessRequestStatus Status { get; init; }

    /// <summary>When that ends by itself: a pending request lapses, an approved one must be activated before, a grant expires. Of what is over, when it was to.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>The grant's first moment, once it is active.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>Indexes of the votes in favour.</summary>
    public IReadOnlyList<long> Approvals { get; init; } = [];

    /// <summary>Whether it was taken in an emergency and not given (PRIVILEGE.md P24).</summary>
    public bool IsBreakGlass { get; init; }

    /// <summary>Whether that was reviewed.</summary>
    public bool IsReviewed { get; init; }
}
