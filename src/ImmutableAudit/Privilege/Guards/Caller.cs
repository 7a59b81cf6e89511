namespace ImmutableAudit.Privilege;

/// <summary>Who made a call, as it was when it was made.</summary>
/// <param name="Subject">The subject; <see langword="null"/> where there is none.</param>
/// <param name="Fault">Why there is none, where the accessor failed; why its roles are not known, where the store did.</param>
internal readonly record struct Caller(AccessSubject? Subject, string? Fault)
{
    /// <summary>Stands on record for a subject that is not there.</summary>
    public static AuditSubject Nobody { get; } = new() { Issuer = "immutableaudit", Id = "nobody", Kind = "unknown" };

    /// <summary>Why nothing may be done for this caller, where <see cref="Fault"/> says so or there is no subject.</summary>
    public string Code => Subject is null ? DenialCode.NoSubject : DenialCode.DecisionFailed;

    /// <summary>The same with the roles that a store has for the subject, for this call alone.</summary>
    public async ValueTask<Caller> WithRolesFromAsync(IRoleAssignmentStore? store, CancellationToken cancellationToken)
    {
        if (store is null || Subject is not { } subject)
        {
            return this;
        }

        try
        {
            return new(await subject.WithRolesFromAsync(store, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // What it would have said is not known; so nothing is allowed. A store that gives up by itself is no caller who does.
            return this with { Fault = $"the subject's roles could not be looked up ({e.GetType().Name})" };
        }
    }

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
