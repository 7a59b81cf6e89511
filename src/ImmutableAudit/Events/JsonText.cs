using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ImmutableAudit.Events;

/// <summary>
/// The inside of a JSON string with escapes (RFC 8259 section 7), which the reader has found well-formed. The framework
/// refuses to unescape half a surrogate pair; an event that contains one must still be logged.
/// </summary>
internal static class JsonText
{
    public const char Replacement = '\uFFFD';

    /// <summary>Unescapes; half surrogates stay, bytes that are not UTF-8 throw <see cref="JsonException"/>.</summary>
    public static Span<char> Unescape(ReadOnlySpan<byte> escaped)
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

    /// <summary>Unescapes to valid Unicode: each half surrogate becomes U+FFFD.</summary>
    public static ReadOnlySpan<char> UnescapeWellFormed(ReadOnlySpan<byte> escaped)
    {
        var text = Unescape(escaped);
        var rest = text;
        for (var half = IndexOfHalf(rest); half >= 0; half = IndexOfHalf(rest))
        {
            rest[half] = Replacement;
            rest = rest[(half + 1)..];
        }

        return text;
    }

    /// <summary>Where the first half of a surrogate pair stands without its other half, or -1.</summary>
    public static int IndexOfHalf(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;

            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return i;

            i++;
        }

        return -1;
    }

    private static int Decode(ReadOnlySpan<byte> utf8, Span<char> text) =>
        Utf8.ToUtf16(utf8, text, out _, out var written, replaceInvalidSequences: false)
            == OperationStatus.Done ? written : throw new JsonException();

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
