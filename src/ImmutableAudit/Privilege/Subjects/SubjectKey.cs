namespace ImmutableAudit.Privilege;

/// <summary>Who a subject is: issuer and id, compared ordinally (PRIVILEGE.md P18).</summary>
internal readonly record struct SubjectKey(string? Issuer, string Id)
{
    public static SubjectKey Of(AuditSubject subject) => new(subject.Issuer, subject.Id);

    /// <summary>Whether two chains are of the same subjects, link by link.</summary>
    public static bool AreSame(AuditSubject? one, AuditSubject? other)
    {
        for (; one is not null && other is not null; one = one.OnBehalfOf, other = other.OnBehalfOf)
        {
            if (Of(one) != Of(other))
            {
                return false;
            }
        }

        return one is null && other is null;
    }

    /// <summary>Fit for a message.</summary>
    public override string ToString() => Issuer is null ? $"'{Printable.Of(Id)}'" : $"'{Printable.Of(Id)}' of '{Printable.Of(Issuer)}'";
}
