namespace ImmutableAudit.Privilege;

/// <summary>The permissions that the library itself asks for.</summary>
public static class AuditPermissions
{
    /// <summary>Reading the log through the host: <see cref="IAuditLogReader"/> (PRIVILEGE.md P28).</summary>
    public const string Read = "audit.read";

    /// <summary>
    /// Deploying the next policy, where the one in force says <see cref="AccessPolicyBuilder.DeployUnderGrant"/>: the grant's
    /// resource is of type <c>policy</c>, its id the next policy's digest (PRIVILEGE.md P15).
    /// </summary>
    public const string DeployPolicy = "policy.deploy";
}
