using ImmutableAudit.Verifier.Input;

namespace ImmutableAudit.Verifier.Output;

/// <summary>Writes a file whole or not at all: what somebody keeps as evidence is not lost to a full disk.</summary>
internal static class AtomicFile
{
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            try
            {
                using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
                {
                    file.Write(bytes);
                    file.Flush(flushToDisk: true);
                }

                File.Move(temporary, path, overwrite: true);
            }
            catch
            {
                File.Delete(temporary);
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new InputException($"'{path}' cannot be written: {e.Message}", e);
        }
    }
}
