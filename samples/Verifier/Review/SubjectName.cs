namespace ImmutableAudit.Verifier.Review;

/// <summary>Who a subject is: issuer and id, compared ordinally.</summary>
internal readonly record struct SubjectName(string? Issuer, string Id)
{
    public static SubjectName Of(AuditSubject subject) => new(subject.Issuer, subject.Id);

    public override string ToString() => Issuer is null ? Id : $"{Id}@{Issuer}";
}
