namespace ImmutableAudit.Privilege;

/// <summary>
/// The time in which code runs for a subject: <c>using (SubjectScope.Enter(subject)) { … }</c>. It flows with the async
/// context, and ends for all who got it: work that was started within and outlives it has no subject (PRIVILEGE.md P11).
/// Scopes nest; the end of an inner one restores the outer. Thread-safe.
/// </summary>
public sealed class SubjectScope : IDisposable
{
    private static readonly AsyncLocal<SubjectScope?> Ambient = new();

    private readonly SubjectScope? _outer;
    private volatile AccessSubject? _subject;

    private SubjectScope(AccessSubject subject, SubjectScope? outer)
    {
        _subject = subject;
        _outer = outer;
    }

    /// <summary>The subject of the innermost scope, or <see langword="null"/>: outside of any, or after the end of the one this work began in.</summary>
    public static AccessSubject? Current => Ambient.Value?._subject;

    /// <summary>Reads <see cref="Current"/>.</summary>
    public static ISubjectAccessor Accessor { get; } = new AmbientAccessor();

    /// <summary>Runs what follows for a subject, until the result is disposed.</summary>
    public static SubjectScope Enter(AccessSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var scope = new SubjectScope(subject, Ambient.Value);
        Ambient.Value = scope;
        return scope;
    }

    /// <inheritdoc cref="Enter(AccessSubject)"/>
    /// <exception cref="ArgumentException">An id or issuer in the chain is blank, or the chain is too long.</exception>
    public static SubjectScope Enter(AuditSubject subject) => Enter(new AccessSubject(subject));

    /// <summary>Ends the scope, for work that is still under way, too. Ending it again does nothing.</summary>
    public void Dispose()
    {
        _subject = null;
        if (ReferenceEquals(Ambient.Value, this))
        {
            Ambient.Value = _outer;
        }
    }

    private sealed class AmbientAccessor : ISubjectAccessor
    {
        public AccessSubject? Current => SubjectScope.Current;
    }
}
