using System.Collections.ObjectModel;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ImmutableAudit.Events;

/// <summary>A member is not what it should be; becomes an <see cref="AuditFormatException"/> that names the entry.</summary>
internal sealed class MemberException(string message) : Exception(message);

/// <summary>Reads single members, and collects those that nobody knows.</summary>
/// <param name="newer">A newer version wrote the entry: what does not fit is unknown, not wrong.</param>
internal sealed class MemberReader(bool newer)
{
    /// <summary>
    /// How long the paths of nested members may be together: many members at the bottom of a deep entry would have a thousand
    /// times its length. Whoever means well is far from it.
    /// </summary>
    private const int MaxNestedPaths = 4 * AuditEntry.MaxLength;

    /// <summary>Longest name of a member that we know.</summary>
    public const int MaxKnownName = 16;

    private OrderedDictionary<string, JsonElement>? _unknown;
    private int _nestedPaths;

    public IReadOnlyDictionary<string, JsonElement> Unknown =>
        _unknown is null ? ReadOnlyDictionary<string, JsonElement>.Empty : new ReadOnlyDictionary<string, JsonElement>(_unknown);

    /// <summary>Whether this is the reserved form of P29: an opaque token in the place of any value.</summary>
    public static bool IsToken(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("enc"u8, out _);

    /// <summary>A member's name, in the buffer where it is as short and plain as those that we know.</summary>
    public static ReadOnlySpan<char> Name(JsonProperty member, Span<char> buffer)
    {
        // An escaped spelling is the same name.
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        return raw.Length <= buffer.Length && !raw.Contains((byte)'\\') && Ascii.ToUtf16(raw, buffer, out var length) == System.Buffers.OperationStatus.Done
            ? buffer[..length]
            : member.Name;
    }

    /// <summary>A path of names, unambiguous as RFC 6901 section 3 makes it.</summary>
    public static string Path(string parent, string name) =>
        string.Concat(
            parent,
            parent.Length == 0 ? "" : "/",
            name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));

    /// <summary>Keeps a member that is not known, or not in this form. The element is as long-lived as its document.</summary>
    public void Keep(string path, JsonElement element)
    {
        _nestedPaths += path.Contains('/', StringComparison.Ordinal) ? path.Length : 0;
        if (_nestedPaths > MaxNestedPaths)
        {
            throw new MemberException("it has too many unknown members at too great a depth");
        }

        _unknown ??= new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        _unknown[path] = element;
    }

    /// <summary>A text, or the JSON text of a token.</summary>
    public string? Text(string name, JsonElement element) => Text("", name, element);

    /// <summary>The same of a nested member.</summary>
    public string? Text(string parent, string name, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
            return element.GetString();

        if (IsToken(element))
            return element.GetRawText();

        Mismatch(Path(parent, name), element, "a text");
        return null;
    }

    /// <summary>An index, 0 or more.</summary>
    public long? Index(string path, JsonElement element)
    {
        if (AsIndex(element) is { } index)
            return index;

        KeepTokenOrMismatch(path, element, "an index");
        return null;
    }

    /// <summary>An index, or -1 for none.</summary>
    public long? IndexOrNone(string path, JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var none) && none == EntryPrev.None ? none : Index(path, element);

    /// <summary>A whole number that is 0 or more, or <see langword="null"/>.</summary>
    public static long? AsIndex(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var index) && index >= 0 ? index : null;

    /// <summary>Whether the element is an object to look into; a token is kept whole.</summary>
    public bool IsObject(string path, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object && !IsToken(element))
            return true;

        KeepTokenOrMismatch(path, element, "an object");
        return false;
    }

    private void KeepTokenOrMismatch(string path, JsonElement element, string expected)
    {
        if (IsToken(element))
        {
            Keep(path, element);
        }
        else
        {
            Mismatch(path, element, expected);
        }
    }

    /// <summary>Throws, or keeps what a newer version wrote.</summary>
    public void Mismatch(string path, JsonElement element, string expected)
    {
        if (!newer)
        {
            throw new MemberException($"its member {path} is not {expected}");
        }

        Keep(path, element);
    }
}
