namespace ImmutableAudit.Privilege;

/// <summary>An argument whose value goes on record with the decision: on a parameter, or on a property of a parameter's type.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class AuditedAttribute : Attribute;
