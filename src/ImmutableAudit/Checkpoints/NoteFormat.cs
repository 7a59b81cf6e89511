using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ImmutableAudit.Checkpoints;

/// <summary>Reads and writes the bytes of a signed note (C2SP signed-note).</summary>
internal static class NoteFormat
{
    private const int KeyIdLength = 4;

    private static ReadOnlySpan<byte> LineStart => "— "u8;

    /// <summary>The note, or <see langword="null"/> and what is wrong.</summary>
    public static SignedNote? Read(ReadOnlySpan<byte> source, out string fault)
    {
        fault = FindFault(source, out var textLength) ?? string.Empty;
        if (fault.Length > 0)
        {
            return null;
        }

        var signatures = new List<NoteSignature>();
        var rest = source[(textLength + 1)..];
        while (NoteText.TryReadLine(ref rest, out var line))
        {
            if (signatures.Count == SignedNote.MaxSignatures)
            {
                fault = $"The note has more than {SignedNote.MaxSignatures} signatures.";
                return null;
            }

            if (ReadSignature(line, out var lineFault) is not { } signature)
            {
                fault = $"Signature line {signatures.Count + 1} of the note {lineFault}.";
                return null;
            }

            signatures.Add(signature);
        }

        return new SignedNote(source.ToArray(), textLength, signatures.AsReadOnly());
    }

    /// <summary>
    /// The bytes of a note. Names are checked, since a newline in one would forge a line; the rest is left to reading.
    /// </summary>
    /// <exception cref="AuditFormatException">
    /// There is no text, no signature or too much of either; a name or signature cannot be written.
    /// </exception>
    public static byte[] Write(ReadOnlySpan<byte> text, IReadOnlyList<NoteSignature> signatures)
    {
        if (text.IsEmpty || text[^1] != '\n')
        {
            throw new AuditFormatException("The text of a note must end in a newline.");
        }

        var buffer = new ArrayBufferWriter<byte>(text.Length + 256);
        buffer.Write(text);
        buffer.Write("\n"u8);
        foreach (var (name, keyId, signature) in signatures)
        {
            if (NoteKeyName.FindFault(name) is { } fault)
            {
                throw new AuditFormatException($"The name '{Printable.Of(name)}' of a signature {fault}.");
            }

            if (signature.Length > SignedNote.MaxLength - buffer.WrittenCount)
            {
                throw new AuditFormatException(TooLong);
            }

            var payload = new byte[KeyIdLength + signature.Length];
            BinaryPrimitives.WriteUInt32BigEndian(payload, keyId);
            signature.Span.CopyTo(payload.AsSpan(KeyIdLength));
            buffer.Write(Encoding.UTF8.GetBytes($"— {name} {Convert.ToBase64String(payload)}\n"));
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string TooLong => $"The note is longer than {SignedNote.MaxLength} bytes.";

    private static string? FindFault(ReadOnlySpan<byte> source, out int textLength)
    {
        textLength = 0;
        if (source.Length > SignedNote.MaxLength)
        {
            return TooLong;
        }

        if (NoteText.FindFault(source) is { } fault)
        {
            return $"The note {fault}.";
        }

        // Signature lines are never blank, so the last blank line is the one that ends the text.
        var newline = source.LastIndexOf("\n\n"u8);
        if (newline < 0)
        {
            return "The note has no blank line between its text and its signatures.";
        }

        textLength = newline + 1;
        if (textLength + 1 == source.Length)
        {
            return "The note has no signature.";
        }

        return source[^1] == '\n' ? null : "The note does not end in a newline.";
    }

    private static NoteSignature? ReadSignature(ReadOnlySpan<byte> line, out string fault)
    {
        fault = "does not begin with an em dash and a space";
        if (!line.StartsWith(LineStart))
        {
            return null;
        }

        line = line[LineStart.Length..];
        var space = line.IndexOf((byte)' ');
        fault = "has no space between name and signature";
        if (space < 0)
        {
            return null;
        }

        var name = Encoding.UTF8.GetString(line[..space]);
        if (NoteKeyName.FindFault(name) is { } nameFault)
        {
            fault = $"has a name that {nameFault}";
            return null;
        }

        fault = "is not canonical base64 of a key id and a signature";
        return NoteText.TryDecodeBase64(line[(space + 1)..], out var payload) && payload.Length > KeyIdLength
            ? new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(payload), payload.AsMemory(KeyIdLength))
            : null;
    }
}
