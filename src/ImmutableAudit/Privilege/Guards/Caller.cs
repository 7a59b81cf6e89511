namespace ImmutableAudit.Privilege;

/// <summary>Who made a call, as it was when it was made.</summary>
/// <param name="Subject">The subject; <see langword="null"/> where there is none.</param>
/// <param name="Fault">Why there is none, where the accessor failed; why its roles are not known, where the store did.</param>
internal readonly record struct Caller(AccessSubject? Subject, string? Fault)
{
    /// <summary>Stands on record for a subject that is not there.</summary>
    public static AuditSubject Nobody { get; } = new() { Issuer = "immutableaudit", Id = "nobody", Kind = "unknown" };

    public static Caller Of(ISubjectAccessor accessor)
    {
        try
        {
            return new(accessor.Current, null);
        }
        catch (Exception e)
        {
            return new(null, $"the subject could not be had ({e.GetType().Name})");
        }
    }
}
