namespace ImmutableAudit.Privilege;

/// <summary>Who a subject is: issuer and id, compared ordinally (PRIVILEGE.md P18).</summary>
internal readonly record struct SubjectKey(string? Issuer, string Id)
{
    public static SubjectKey Of(AuditSubject subject) => new(subject.Issuer, subject.Id);

    /// <summary>Fit for a message.</summary>
    public override string ToString() => Issuer is null ? $"'{Printable.Of(Id)}'" : $"'{Printable.Of(Id)}' of '{Printable.Of(Issuer)}'";
}
