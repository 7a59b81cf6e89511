using System.ComponentModel;

namespace ImmutableAudit.Privilege;

/// <summary>What of a call's arguments goes on record, and the resource it acts upon. Made by generated guards.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class CallArguments
{
    /// <summary>Nothing.</summary>
    public static CallArguments None { get; } = new();

    /// <summary>Begins without a resource.</summary>
    public static CallArguments Of() => new();

    /// <summary>Begins with the resource that is acted upon.</summary>
    public static CallArguments Of<T>(string resourceType, T resourceId) => new();

    /// <summary>Adds an argument that goes on record as it is.</summary>
    public CallArguments Audited<T>(string name, T value) => this;

    /// <summary>Adds an argument of which only a keyed hash goes on record.</summary>
    public CallArguments Sensitive<T>(string name, T value) => this;
}
