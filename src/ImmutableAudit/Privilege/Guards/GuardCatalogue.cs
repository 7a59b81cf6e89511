using System.ComponentModel;

namespace ImmutableAudit.Privilege;

/// <summary>
/// The guarded interfaces of one assembly, and so the permissions that it needs; the generator writes one for each assembly
/// that has any, and names it by <see cref="GuardCatalogueAttribute"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract class GuardCatalogue
{
    /// <summary>One description for each guarded interface.</summary>
    public abstract IReadOnlyList<GuardDescription> Guards { get; }
}
