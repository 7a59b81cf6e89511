using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace ImmutableAudit.Events;

/// <summary>
/// The inside of a JSON string with escapes (RFC 8259 section 7), which the reader has found well-formed. The framework
/// refuses to unescape half a surrogate pair; an event that contains one must still be logged.
/// </summary>
internal static class JsonText
{
    /// <summary>Unescapes; half surrogates stay as they are, bytes that are not UTF-8 throw <see cref="JsonException"/>.</summary>
    public static ReadOnlySpan<char> Unescape(ReadOnlySpan<byte> escaped)
    {
        // An escape is never shorter than what it stands for, and no UTF-8 sequence has fewer bytes than UTF-16 has units.
        var text = new char[escaped.Length];
        var length = 0;
        while (!escaped.IsEmpty)
        {
            var plain = escaped.IndexOf((byte)'\\');
            plain = plain < 0 ? escaped.Length : plain;
            length += Decode(escaped[..plain], text.AsSpan(length));
            escaped = escaped[plain..];
            if (!escaped.IsEmpty)
            {
                text[length++] = TakeEscape(ref escaped);
            }
        }

        return text.AsSpan(0, length);
    }

    /// <summary>Whether the text is valid Unicode behind its escapes.</summary>
    public static bool IsValid(ReadOnlySpan<byte> escaped)
    {
        try
        {
            var text = Unescape(escaped);
            while (!text.IsEmpty)
            {
                if (Rune.DecodeFromUtf16(text, out _, out var consumed) != System.Buffers.OperationStatus.Done)
                {
                    return false;
                }

                text = text[consumed..];
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static int Decode(ReadOnlySpan<byte> utf8, Span<char> text) =>
        System.Text.Unicode.Utf8.ToUtf16(utf8, text, out _, out var written, replaceInvalidSequences: false)
            == System.Buffers.OperationStatus.Done ? written : throw new JsonException();

    private static char TakeEscape(ref ReadOnlySpan<byte> escaped)
    {
        var kind = (char)escaped[1];
        if (kind == 'u')
        {
            _ = Utf8Parser.TryParse(escaped.Slice(2, 4), out ushort unit, out _, 'x');
            escaped = escaped[6..];
            return (char)unit;
        }

        escaped = escaped[2..];
        return kind switch
        {
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => kind,
        };
    }
}
