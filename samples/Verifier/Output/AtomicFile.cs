using ImmutableAudit.Verifier.Input;

namespace ImmutableAudit.Verifier.Output;

/// <summary>Writes a file whole or not at all: what somebody keeps as evidence is not lost to a full disk.</summary>
internal static class AtomicFile
{
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        RefuseDevice(path);
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

    /// <summary>Putting a file in the place of what is there would, for root, remove <c>/dev/stdout</c> or <c>/dev/null</c> itself.</summary>
    private static void RefuseDevice(string path)
    {
        if (!OperatingSystem.IsWindows() && path.Length > 0 && Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory
            && (directory == "/dev" || $"{directory}/".StartsWith("/proc/", StringComparison.Ordinal) || $"{directory}/".StartsWith("/dev/fd/", StringComparison.Ordinal)))
        {
            throw new InputException($"'{path}' is no file that could be written whole or not at all. Name a file, or send standard output there.");
        }
    }
}
