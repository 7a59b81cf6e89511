namespace ImmutableAudit.Privilege;

/// <summary>
/// Which thing a call acts upon: on a parameter, or on a property of a parameter's type. One per call. Roles that are limited
/// to resources are decided by it, and it is on record.
/// </summary>
/// <param name="type">The resource's type, such as <c>order</c>; not blank.</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class ResourceAttribute(string type) : Attribute
{
    /// <summary>The resource's type.</summary>
    public string Type { get; } = type;
}
