namespace ImmutableAudit.Privilege;

/// <summary>
/// Says who calls. Asked at every guarded call, on the caller's thread: fast, without waiting, and safe for any number of
/// threads. Whatever it throws denies the call.
/// </summary>
public interface ISubjectAccessor
{
    /// <summary>The subject of the current call, or <see langword="null"/> where there is none: that one may do nothing.</summary>
    AccessSubject? Current { get; }
}
