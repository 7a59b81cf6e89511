namespace ImmutableAudit.Privilege;

/// <summary>The permissions that the library itself asks for.</summary>
public static class AuditPermissions
{
    /// <summary>Reading the log through the host: <see cref="IAuditLogReader"/> (PRIVILEGE.md P28).</summary>
    public const string Read = "audit.read";
}
