using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>The files of a log in a directory, opened so that a writer may replace or delete them meanwhile.</summary>
internal sealed partial class DirectoryFileSource(string directory) : ILocalFileSource
{
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const int NoEntry = 2, NotDirectory = 20;

    private readonly string _prefix = Path.EndsInDirectorySeparator(directory) ? directory : directory + Path.DirectorySeparatorChar;

    public string Locate(string path) => _prefix + (Path.DirectorySeparatorChar == '/' ? path : path.Replace('/', Path.DirectorySeparatorChar));

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
        if (OperatingSystem.IsLinux())
        {
            return OpenUnlocked(file);
        }

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

    /// <summary>
    /// .NET takes an advisory lock on every file that it opens, which says nothing here, and takes as long as reading a tile.
    /// </summary>
    private static SafeFileHandle? OpenUnlocked(string file)
    {
        var descriptor = Open(file, ReadOnlyCloseOnExec);
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        var error = Marshal.GetLastPInvokeError();
        return error is NoEntry or NotDirectory ? null : throw LogFiles.Unreadable(file, new IOException(Marshal.GetPInvokeErrorMessage(error)));
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

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
