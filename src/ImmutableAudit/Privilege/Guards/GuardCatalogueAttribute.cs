using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace ImmutableAudit.Privilege;

/// <summary>Names an assembly's <see cref="GuardCatalogue"/>; written by the generator.</summary>
/// <param name="catalogue">A class derived from <see cref="GuardCatalogue"/>, with a constructor that takes nothing.</param>
[EditorBrowsable(EditorBrowsableState.Advanced)]
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class GuardCatalogueAttribute(
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type catalogue) : Attribute
{
    /// <summary>The class.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)]
    public Type Catalogue { get; } = catalogue;
}
