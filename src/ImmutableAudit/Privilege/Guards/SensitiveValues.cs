using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Puts keyed hashes in the place of sensitive values: equal values have equal hashes, and who has the key finds them; nobody
/// else can guess them by trying. Without a key nothing of a value is recorded.
/// </summary>
internal sealed class SensitiveValues(ReadOnlyMemory<byte> key)
{
    /// <summary>Shortest key in bytes (RFC 2104 section 3: no less than the hash).</summary>
    public const int MinKeyLength = HMACSHA256.HashSizeInBytes;

    public string? Hide(object? value)
    {
        if (value is null)
        {
            return null;
        }

        if (key.IsEmpty)
        {
            return "(withheld)";
        }

        try
        {
            var bytes = value switch
            {
                string text => Encoding.UTF8.GetBytes(text),
                byte[] array => array,
                ReadOnlyMemory<byte> memory => memory.ToArray(),
                Memory<byte> memory => memory.ToArray(),
                ArraySegment<byte> segment => [.. segment],
                ReadOnlySequence<byte> sequence => sequence.ToArray(),
                char[] array => Encoding.UTF8.GetBytes(array),
                ReadOnlyMemory<char> memory => Encoding.UTF8.GetBytes(memory.ToArray()),
                Memory<char> memory => Encoding.UTF8.GetBytes(memory.ToArray()),
                _ => ValueText.Of(value) is { } shown && !IsOfType(shown, value.GetType()) ? Encoding.UTF8.GetBytes(shown) : null,
            };

            // What has no text but its type's name, and perhaps its length, would have the hash of others of its type.
            return bytes is null ? $"(withheld: {value.GetType()})" : $"hmac-sha256:{Convert.ToBase64String(HMACSHA256.HashData(key.Span, bytes))}";
        }
        catch (Exception e)
        {
            // Not its message: it may quote the value.
            return $"(withheld: {e.GetType().Name})";
        }
    }

    /// <summary>Whether a text names the type, not the value: <c>System.Memory&lt;Int32&gt;[2]</c>.</summary>
    private static bool IsOfType(string text, Type type)
    {
        var name = type.ToString();
        return text == name || (type.Namespace is not null && text.StartsWith(name.Split('`')[0], StringComparison.Ordinal));
    }
}
