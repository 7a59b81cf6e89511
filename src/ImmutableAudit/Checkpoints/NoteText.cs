using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace ImmutableAudit.Checkpoints;

/// <summary>The rules that notes, names and proofs share: plain UTF-8 text, strict base64, strict decimals.</summary>
internal static class NoteText
{
    private static readonly SearchValues<byte> s_base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    /// <summary>
    /// What is wrong with bytes that should be text, as the end of a sentence, or <see langword="null"/>. C2SP signed-note:
    /// valid UTF-8, and below 0x20 nothing but newlines.
    /// </summary>
    public static string? FindFault(ReadOnlySpan<byte> utf8)
    {
        for (var rest = utf8; rest.IndexOfAnyInRange((byte)0, (byte)0x1F) is >= 0 and var at; rest = rest[(at + 1)..])
        {
            if (rest[at] != '\n')
            {
                return $"contains the control character 0x{rest[at]:x2} at byte {utf8.Length - rest.Length + at}";
            }
        }

        return Utf8.IsValid(utf8) ? null : "is not valid UTF-8";
    }

    /// <summary>What is wrong with one line that people are shown (a name, an origin), or <see langword="null"/>.</summary>
    public static string? FindLineFault(string line, int maxLength)
    {
        if (line.Length == 0)
        {
            return "is empty";
        }

        if (!IsWellFormed(line))
        {
            return "is not valid Unicode";
        }

        if (line.AsSpan().ContainsAnyInRange('\0', '\x1F') || line.AsSpan().ContainsAnyInRange('\x7F', '\x9F'))
        {
            return "contains a control character";
        }

        return Encoding.UTF8.GetByteCount(line) > maxLength ? $"is longer than {maxLength} bytes of UTF-8" : null;
    }

    /// <summary>Whether every surrogate is half of a pair, so that encoding loses nothing.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var consumed) != OperationStatus.Done)
            {
                return false;
            }

            text = text[consumed..];
        }

        return true;
    }

    /// <summary>
    /// Standard base64 with padding, no white space and zero bits behind the last byte: one spelling for one value.
    /// </summary>
    public static bool TryDecodeBase64(ReadOnlySpan<byte> base64, out byte[] bytes)
    {
        bytes = [];
        if (base64.Length % 4 != 0 || base64.ContainsAnyExcept(s_base64))
        {
            return false;
        }

        var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];

        // The framework refuses bits behind the last byte that are not zero; white space, which it would skip, is refused above.
        if (Base64.DecodeFromUtf8(base64, buffer, out _, out var written) != OperationStatus.Done)
        {
            return false;
        }

        bytes = buffer.Length == written ? buffer : buffer[..written];
        return true;
    }

    /// <summary>An ASCII decimal from 0 to 2^63 − 1, without sign or leading zeros.</summary>
    public static bool TryParseDecimal(ReadOnlySpan<byte> digits, out long value)
    {
        value = 0;
        if (digits.Length is 0 or > 19
            || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || (digits[0] == '0' && digits.Length > 1))
        {
            return false;
        }

        return Utf8Parser.TryParse(digits, out value, out var consumed) && consumed == digits.Length;
    }

    /// <summary>Takes a line off the front, without its newline; <see langword="false"/> where no newline is left.</summary>
    public static bool TryReadLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOf((byte)'\n');
        line = end < 0 ? default : rest[..end];
        rest = end < 0 ? rest : rest[(end + 1)..];
        return end >= 0;
    }
}
