using System.Security.Cryptography;
using System.Text;
using ImmutableAudit.Events;

namespace ImmutableAudit.Privilege;

/// <summary>The resource of a call, as it is decided about and recorded.</summary>
/// <param name="Resource">What is recorded; <see langword="null"/> where the call has none.</param>
/// <param name="Fault">Why nothing can be decided about it, for the record; <see langword="null"/> where it can.</param>
internal readonly record struct CallResource(AuditResource? Resource, string? Fault)
{
    /// <summary>Longest id that is decided about, in UTF-16 units: an entry has to hold it.</summary>
    public const int MaxIdLength = 1024;

    /// <summary>Whether something is to be decided about an id for certain, without making text of it.</summary>
    public static bool IsDecidable<T>(T id) =>
        typeof(T).IsPrimitive || typeof(T).IsEnum || id is null or string { Length: <= MaxIdLength } or Guid;

    public static CallResource Of<T>(string type, T id)
    {
        try
        {
            return Of(type, ValueText.Of(id));
        }
        catch (Exception e)
        {
            return new(new AuditResource { Type = type }, $"its text cannot be had ({e.GetType().Name})");
        }
    }

    /// <summary>Takes a resource that was given by hand.</summary>
    public static CallResource Of(AuditResource? resource) =>
        resource is null ? default
        : string.IsNullOrWhiteSpace(resource.Type) ? new(null, "it has no type")
        : resource.Type.Length > MaxIdLength ? new(null, $"its type has {resource.Type.Length} characters; at most {MaxIdLength} are decided about")
        : Of(resource.Type, resource.Id);

    private static CallResource Of(string type, string? id)
    {
        if (id is null || id.Length <= MaxIdLength)
        {
            return new(WellFormed.Of(new AuditResource { Type = type, Id = id }), null);
        }

        // Enough to find it again, and to prove which one it was.
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
        return new(
            new AuditResource { Type = type, Id = $"{Printable.Start(id, 64)}… (sha256:{digest})" },
            $"its id has {id.Length} characters; at most {MaxIdLength} are decided about");
    }
}
