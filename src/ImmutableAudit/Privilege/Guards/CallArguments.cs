using System.ComponentModel;

namespace ImmutableAudit.Privilege;

/// <summary>What of a call's arguments goes on record, and the resource it acts upon. Made by generated guards; not thread-safe.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class CallArguments
{
    private List<Argument>? _arguments;

    private CallArguments(CallResource resource) => Resource = resource;

    /// <summary>Nothing.</summary>
    public static CallArguments None { get; } = new(default);

    /// <summary>What is acted upon.</summary>
    internal CallResource Resource { get; }

    /// <summary>Begins without a resource.</summary>
    public static CallArguments Of() => new(default);

    /// <summary>Begins with the resource that is acted upon.</summary>
    /// <param name="resourceType">Its type.</param>
    /// <param name="resourceId">Its id: text, or something that says so as text, whatever the culture.</param>
    public static CallArguments Of<T>(string resourceType, T resourceId) => new(CallResource.Of(resourceType, resourceId));

    /// <summary>Adds an argument that goes on record as it is.</summary>
    public CallArguments Audited<T>(string name, T value) => With(new Argument(name, value, IsSensitive: false));

    /// <summary>Adds an argument of which only a keyed hash goes on record.</summary>
    public CallArguments Sensitive<T>(string name, T value) => With(new Argument(name, value, IsSensitive: true));

    /// <summary>The arguments as an entry's details; <see langword="null"/> where there are none.</summary>
    internal AuditDetails? ToDetails(SensitiveValues sensitive)
    {
        if (_arguments is null)
        {
            return null;
        }

        using var writer = new ArgumentWriter();
        foreach (var argument in _arguments)
        {
            if (argument.IsSensitive)
            {
                writer.Write(argument.Name, sensitive.Hide(argument.Value));
            }
            else
            {
                writer.Write(argument.Name, argument.Value);
            }
        }

        return writer.ToDetails();
    }

    private CallArguments With(Argument argument)
    {
        var target = ReferenceEquals(this, None) ? Of() : this;
        (target._arguments ??= []).Add(argument);
        return target;
    }

    private readonly record struct Argument(string Name, object? Value, bool IsSensitive);
}
