namespace ImmutableAudit.Verifier.Review;

/// <summary>Who a subject is: issuer and id, compared ordinally.</summary>
internal readonly record struct SubjectName(string? Issuer, string Id)
{
    public static SubjectName Of(AuditSubject subject) => new(subject.Issuer, subject.Id);

    /// <summary>Whether two subjects are one: by name, or by the person behind them.</summary>
    public static bool AreOne(AuditSubject left, AuditSubject right) =>
        Of(left) == Of(right) || (left.Person is { } person && person == right.Person);

    public override string ToString() => Issuer is null ? Id : $"{Id}@{Issuer}";
}
