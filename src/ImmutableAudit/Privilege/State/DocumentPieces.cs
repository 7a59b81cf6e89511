using System.Text;

namespace ImmutableAudit.Privilege;

/// <summary>Takes a text apart into pieces that each fit into an entry, and only as many as it takes (PRIVILEGE.md P14).</summary>
internal static class DocumentPieces
{
    /// <summary>
    /// Bytes that a piece may take in an entry, escapes counted, so that what else the entry holds always fits beside it.
    /// </summary>
    public const int MaxLength = 48 * 1024;

    private const int EscapedUnit = 6;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The document as text.</summary>
    /// <exception cref="ArgumentException">It is not UTF-8.</exception>
    public static string ToText(ReadOnlySpan<byte> utf8) => Strict.GetString(utf8);

    /// <summary>The text as a document.</summary>
    public static byte[] ToDocument(string text) => Strict.GetBytes(text);

    /// <summary>At least one piece; together they are the text.</summary>
    public static List<string> Split(string text)
    {
        var pieces = new List<string>();
        int start = 0, length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            // Both halves of a pair stay together: the first decides.
            var width = char.IsLowSurrogate(text[i]) ? 0 : char.IsHighSurrogate(text[i]) ? 2 * EscapedUnit : Width(text[i]);
            if (length + width > MaxLength)
            {
                pieces.Add(text[start..i]);
                start = i;
                length = 0;
            }

            length += width;
        }

        pieces.Add(text[start..]);
        return pieces;
    }

    /// <summary>At most so many bytes: what is not plain ASCII may be escaped.</summary>
    private static int Width(char unit) => unit switch
    {
        '"' or '\\' => 2,
        >= ' ' and <= '~' => 1,
        _ => EscapedUnit,
    };
}
