namespace ImmutableAudit.Privilege;

/// <summary>A permission with what belongs to it wherever it is required (PRIVILEGE.md P4, P5). Immutable.</summary>
public sealed record PermissionDefinition
{
    /// <summary>Defines a permission.</summary>
    /// <exception cref="AccessPolicyException">The name is malformed, or the level is not one an elevated permission may have.</exception>
    public PermissionDefinition(string permission, bool elevated = false, AuditLevel auditLevel = AuditLevel.DecisionAndOutcome)
    {
        Permission = PermissionName.Parse(permission);
        Elevated = elevated;
        AuditLevel = auditLevel;
        if (!Enum.IsDefined(auditLevel))
        {
            throw new AccessPolicyException($"The permission '{permission}' has the audit level {(int)auditLevel}, which there is not.");
        }

        if (elevated && auditLevel != AuditLevel.DecisionAndOutcome)
        {
            throw new AccessPolicyException(
                $"The permission '{permission}' is elevated, and its audit level is {auditLevel}. Of an elevated permission both "
                + "decision and outcome go on record: leave the level out.");
        }
    }

    /// <summary>Its name: <c>orders.refund</c>.</summary>
    public string Permission { get; }

    /// <summary>Whether only a live grant satisfies it.</summary>
    public bool Elevated { get; }

    /// <summary>What of its use goes on record.</summary>
    public AuditLevel AuditLevel { get; }

    internal string Describe() => $"{(Elevated ? "elevated" : "not elevated")}, {AuditLevel}";
}
