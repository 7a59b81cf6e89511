using ImmutableAudit.Merkle;

namespace ImmutableAudit.Privilege;

/// <summary>Requests and grants in a state that is written down.</summary>
internal static class StateGrants
{
    /// <summary>Writes them down; <see langword="null"/> for none.</summary>
    public static StateGrant[]? Write(GrantBook book) => book.Count == 0 ? null : [.. book.All.Select(Write)];

    /// <summary>Takes them up again.</summary>
    /// <exception cref="PrivilegeStateException">They are not of a form that this version knows.</exception>
    public static GrantBook Restore(AuditEntry entry, StateDocument document)
    {
        try
        {
            return (document.Grants ?? []).Aggregate(GrantBook.Empty, (book, grant) => book.With(Read(grant)));
        }
        catch (Exception e) when (e is ArgumentException or AuditFormatException)
        {
            throw EntryDetails.Unknown(entry, e);
        }
    }

    private static StateGrant Write(GrantRecord record) => new(
        record.Index, record.Reference.Leaf.ToString(), record.Application, record.Requester, [.. record.Roles], [.. record.Humans],
        [.. record.Matter.Permissions], record.Seconds, NameOf(record.Stage), record.Until.UtcDateTime)
    {
        Start = record.Stage is GrantStage.Active or GrantStage.Over ? record.Start.UtcDateTime : null,
        Resource = record.Matter.Resource,
        Ticket = record.Matter.Ticket,
        Key = record.Key?.Key,
        Digest = record.Key?.Digest,
        Votes = record.Votes.IsEmpty ? null
            : [.. record.Votes.Select(vote => new StateVote(vote.Index, [.. vote.Humans], [.. vote.Roles], vote.IsSigned ? true : null))],
        BreakGlass = record.IsBreakGlass ? true : null,
        Reviewed = record.IsReviewed ? true : null,
        EndedBy = record.EndedBy,
    };

    private static GrantRecord Read(StateGrant grant) => new()
    {
        Reference = new AuditReference(grant.Request, Leaf(grant)),
        Application = grant.Application,
        Requester = grant.Subject,
        Roles = grant.Roles,
        Humans = [.. grant.Humans],
        Matter = new GrantSubjectMatter([.. grant.Permissions], grant.Resource, grant.Ticket),
        Seconds = grant.Seconds,
        Key = grant is { Key: { } key, Digest: { } digest } ? (key, digest) : null,
        Stage = StageOf(grant.Stage),
        Start = Time(grant.Start ?? default),
        Until = Time(grant.Until),
        Votes = [.. (grant.Votes ?? []).Select(vote => new GrantVote(vote.Entry, [.. vote.Humans], [.. vote.Roles], vote.Signed ?? false))],
        IsBreakGlass = grant.BreakGlass ?? false,
        IsReviewed = grant.Reviewed ?? false,
        EndedBy = grant.EndedBy,
    };

    private static MerkleHash Leaf(StateGrant grant) =>
        MerkleHash.TryParse(grant.Leaf, out var leaf) ? leaf : throw new ArgumentException("A leaf hash has another form.", nameof(grant));

    private static DateTimeOffset Time(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private static string NameOf(GrantStage stage) => stage switch
    {
        GrantStage.Pending => "pending",
        GrantStage.Approved => "approved",
        GrantStage.Active => "active",
        _ => "over",
    };

    private static GrantStage StageOf(string name) => name switch
    {
        "pending" => GrantStage.Pending,
        "approved" => GrantStage.Approved,
        "active" => GrantStage.Active,
        "over" => GrantStage.Over,
        _ => throw new ArgumentException("There is no such stage.", nameof(name)),
    };
}
