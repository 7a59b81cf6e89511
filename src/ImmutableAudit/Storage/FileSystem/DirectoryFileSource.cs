using Microsoft.Win32.SafeHandles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>The files of a log in a directory, opened so that a writer may replace or delete them meanwhile.</summary>
internal sealed class DirectoryFileSource(string directory) : ILocalFileSource
{
    public string Locate(string path) => Path.Combine(directory, path.Replace('/', Path.DirectorySeparatorChar));

    // Reads block: files of a log are small, and an asynchronous read would only block a pool thread in their stead.
    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, int atMost, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var handle = Open(path);
        try
        {
            return ValueTask.FromResult(handle is null ? (ReadOnlyMemory<byte>?)null : Read(handle, atMost));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw LogFiles.Unreadable(Locate(path), e);
        }
    }

    public SafeFileHandle? Open(string path)
    {
        var file = Locate(path);
        try
        {
            return File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw LogFiles.Unreadable(file, e);
        }
    }

    private static ReadOnlyMemory<byte> Read(SafeFileHandle handle, int atMost)
    {
        var bytes = new byte[Math.Min(RandomAccess.GetLength(handle), atMost)];
        var filled = 0;
        while (filled < bytes.Length)
        {
            var read = RandomAccess.Read(handle, bytes.AsSpan(filled), filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return bytes.AsMemory(0, filled);
    }
}
