using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Verifier.Input;

/// <summary>Reads the files that a user names beside the log. What is wrong with one is the user's to mend, not the log's fault.</summary>
internal static class InputFile
{
    public static SignedCheckpoint Checkpoint(string path) =>
        Parse(path, "saved checkpoint", SignedNote.MaxLength, SignedCheckpoint.Parse);

    public static AuditProof Proof(string path) => Parse(path, "proof", AuditProof.MaxLength, AuditProof.Parse);

    public static ReadOnlyMemory<byte> Entry(string path)
    {
        var bytes = Read(path, "entry", AuditEntry.MaxLength);
        return bytes.Length > 0 ? bytes : throw new InputException($"The entry '{path}' is empty, and no entry is.");
    }

    private static T Parse<T>(string path, string what, int maxLength, Func<ReadOnlyMemory<byte>, T> parse)
    {
        try
        {
            return parse(Read(path, what, maxLength));
        }
        catch (AuditFormatException e)
        {
            throw new InputException($"'{path}' is not a {what}. {e.Message}", e);
        }
    }

    private static byte[] Read(string path, string what, int maxLength)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[maxLength + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= maxLength
                ? bytes[..length]
                : throw new InputException($"'{path}' has more than {maxLength} bytes, so it is no {what}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new InputException($"The {what} '{path}' cannot be read: {e.Message}", e);
        }
    }
}
