using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ImmutableAudit.Events;

namespace ImmutableAudit;

/// <summary>
/// The part of an event whose members are the application's own: a JSON object, kept as compact UTF-8. Immutable and
/// thread-safe. Two are equal when their bytes are; the order of members counts.
/// </summary>
public sealed class AuditDetails : IEquatable<AuditDetails>
{
    /// <summary>Deepest nesting of objects and arrays, the outermost object included: 64.</summary>
    public const int MaxDepth = 64;

    private readonly byte[] _utf8;
    private StrongBox<JsonElement>? _root;

    private AuditDetails(byte[] utf8) => _utf8 = utf8;

    /// <summary>The JSON text: no white space between tokens, no byte below 0x20.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8;

    /// <summary>The object, to look into. Parsed at the first call.</summary>
    public JsonElement Root =>
        (_root ??= new StrongBox<JsonElement>(JsonElement.Parse(_utf8, StrictJson.DocumentOptions(MaxDepth)))).Value;

    /// <summary>Takes a value of the application's own type; it is serialized now, later changes to it do not show.</summary>
    /// <param name="value">Becomes a JSON object; not null.</param>
    /// <param name="typeInfo">From a <c>JsonSerializerContext</c>: no reflection, and safe for trimming.</param>
    /// <exception cref="AuditEventException">
    /// The value does not become a JSON object, or one that is too deep or has a name twice.
    /// </exception>
    public static AuditDetails From<T>(T value, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(typeInfo);
        byte[] json;
        try
        {
            json = JsonSerializer.SerializeToUtf8Bytes(value, typeInfo);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            // Which of these it is for a cycle depends on how the type is serialized.
            throw new AuditEventException(
                $"A value of {typeof(T)} cannot be serialized as an event's details: {e.GetType().Name}, most often " +
                "a cycle, a number that JSON does not have (NaN, infinity), or a type without converter.", e);
        }

        return Parse(json);
    }

    /// <summary>Takes JSON text. It is rewritten compactly; names, their order and the digits of numbers stay.</summary>
    /// <param name="utf8Json">
    /// One JSON object (RFC 8259), without comments or byte order mark, no name twice in one object. An escape that names
    /// half a character becomes U+FFFD.
    /// </param>
    /// <exception cref="AuditEventException">It is something else.</exception>
    public static AuditDetails Parse(ReadOnlyMemory<byte> utf8Json)
    {
        try
        {
            var normal = StrictJson.Normalize(utf8Json.Span, MaxDepth);
            if (normal[0] != (byte)'{')
            {
                throw new AuditEventException("An event's details must be a JSON object. Put the value into a member of one.");
            }

            StrictJson.RefuseDuplicates(normal, MaxDepth);
            return new AuditDetails(normal);
        }
        catch (JsonException e)
        {
            throw NotDetails(e);
        }
    }

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte})"/>
    public static AuditDetails Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse(Encoding.UTF8.GetBytes(json));
    }

    /// <summary>Reads the object back as a value of the application's own type.</summary>
    /// <exception cref="AuditFormatException">It does not fit the type.</exception>
    public T Get<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        try
        {
            return JsonSerializer.Deserialize(_utf8, typeInfo)!;
        }
        catch (JsonException e)
        {
            throw NotFitting(typeof(T), e);
        }
    }

    /// <inheritdoc/>
    public bool Equals(AuditDetails? other) => other is not null && _utf8.AsSpan().SequenceEqual(other._utf8);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AuditDetails);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_utf8);
        return hash.ToHashCode();
    }

    /// <summary>The JSON text. Control characters are escaped in it; escape it again for where it is shown.</summary>
    public override string ToString() => Encoding.UTF8.GetString(_utf8);

    // Without the inner exceptions: their messages may quote the JSON, and exceptions end up in logs.
    private static AuditEventException NotDetails(JsonException e) =>
        new($"An event's details must be one JSON object, at most {MaxDepth} levels deep, no name twice: " +
            $"{StrictJson.Explain(e)}.");

    private static AuditFormatException NotFitting(Type type, JsonException e) =>
        new($"The event's details do not fit {type}, at \"{Printable.Of(e.Path)}\". Look into Root, or read " +
            "them as another type.");

    /// <summary>Takes an object out of an entry that has been validated.</summary>
    internal static AuditDetails FromValidated(ReadOnlySpan<byte> utf8Json) =>
        new(StrictJson.IsNormal(utf8Json) ? utf8Json.ToArray() : StrictJson.Normalize(utf8Json, MaxDepth));
}
