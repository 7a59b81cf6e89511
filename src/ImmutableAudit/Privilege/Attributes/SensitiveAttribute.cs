namespace ImmutableAudit.Privilege;

/// <summary>
/// An argument whose value never reaches the log. On record is a keyed hash of it, so that equal values can be found by who
/// has the key. On a parameter, or on a property of a parameter's type.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class SensitiveAttribute : Attribute;
