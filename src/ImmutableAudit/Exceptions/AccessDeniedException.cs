namespace ImmutableAudit;

/// <summary>A subject asked for what it may not. Nothing ran; the attempt is on record. A web host answers 403.</summary>
public sealed class AccessDeniedException : AuditException
{
    /// <summary>Says what was denied and why.</summary>
    public AccessDeniedException(string message)
        : base(message)
    {
    }
}
