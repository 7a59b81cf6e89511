using System.Buffers;
using System.Text;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Checkpoints;

/// <summary>Reads and writes the bytes of a proof (C2SP tlog-proof).</summary>
internal static class AuditProofFormat
{
    private static ReadOnlySpan<byte> Header => "c2sp.org/tlog-proof@v1"u8;

    private static ReadOnlySpan<byte> ExtraStart => "extra "u8;

    private static ReadOnlySpan<byte> IndexStart => "index "u8;

    /// <summary>The proof, or <see langword="null"/> and what is wrong.</summary>
    public static AuditProof? Read(ReadOnlyMemory<byte> source, out string fault)
    {
        if (source.Length > AuditProof.MaxLength)
        {
            fault = $"The proof is longer than {AuditProof.MaxLength} bytes.";
            return null;
        }

        var rest = source.Span;
        fault = "The proof does not begin with the line 'c2sp.org/tlog-proof@v1'.";
        if (!NoteText.TryReadLine(ref rest, out var line) || !line.SequenceEqual(Header))
        {
            return null;
        }

        fault = "The proof breaks off before its index.";
        if (!NoteText.TryReadLine(ref rest, out line))
        {
            return null;
        }

        byte[]? entry = null;
        if (line.StartsWith(ExtraStart))
        {
            if (!NoteText.TryDecodeBase64(line[ExtraStart.Length..], out entry)
                || entry.Length is 0 or > AuditProof.MaxEntryLength)
            {
                fault = $"The proof's extra line is not canonical base64 of 1 to {AuditProof.MaxEntryLength} bytes.";
                return null;
            }

            fault = "The proof breaks off before its index.";
            if (!NoteText.TryReadLine(ref rest, out line))
            {
                return null;
            }
        }

        fault = "The proof has no line 'index' with a decimal from 0 to 2^63 - 1 without leading zeros.";
        if (!line.StartsWith(IndexStart) || !NoteText.TryParseDecimal(line[IndexStart.Length..], out var index))
        {
            return null;
        }

        if (ReadHashes(ref rest, out fault) is not { } hashes
            || ReadCheckpoint(source[^rest.Length..], out fault) is not { } checkpoint)
        {
            return null;
        }

        return AuditProof.Of(index, entry, hashes, checkpoint);
    }

    public static byte[] Write(AuditProof proof)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        buffer.Write(Header);
        buffer.Write("\n"u8);
        if (proof.Entry is { } entry)
        {
            buffer.Write(Encoding.ASCII.GetBytes($"extra {Convert.ToBase64String(entry.Span)}\n"));
        }

        buffer.Write(Encoding.ASCII.GetBytes($"index {proof.Index}\n"));
        foreach (var hash in proof.Hashes)
        {
            buffer.Write(Encoding.ASCII.GetBytes($"{hash}\n"));
        }

        buffer.Write("\n"u8);
        buffer.Write(proof.Checkpoint.Bytes.Span);
        return buffer.WrittenSpan.ToArray();
    }

    private static MerkleHash[]? ReadHashes(ref ReadOnlySpan<byte> rest, out string fault)
    {
        Span<MerkleHash> hashes = stackalloc MerkleHash[AuditProof.MaxHashes];
        var count = 0;
        while (NoteText.TryReadLine(ref rest, out var line))
        {
            if (line.IsEmpty)
            {
                fault = string.Empty;
                return hashes[..count].ToArray();
            }

            if (count == hashes.Length)
            {
                fault = $"The proof has more than {AuditProof.MaxHashes} hashes.";
                return null;
            }

            if (!MerkleHash.TryParse(line, out hashes[count++]))
            {
                fault = $"Hash {count} of the proof is not 32 bytes in canonical base64.";
                return null;
            }
        }

        fault = "The proof has no blank line between its hashes and the checkpoint.";
        return null;
    }

    private static SignedCheckpoint? ReadCheckpoint(ReadOnlyMemory<byte> bytes, out string fault)
    {
        fault = string.Empty;
        try
        {
            return SignedCheckpoint.Parse(bytes);
        }
        catch (AuditFormatException e)
        {
            fault = $"The checkpoint inside the proof is malformed. {e.Message}";
            return null;
        }
    }
}
