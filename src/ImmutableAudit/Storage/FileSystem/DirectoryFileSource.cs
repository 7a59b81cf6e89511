using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>The files of a log in a directory, opened so that a writer may replace or delete them meanwhile.</summary>
internal sealed partial class DirectoryFileSource(string directory) : ILocalFileSource
{
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const int NoEntry = 2, Interrupted = 4, NotDirectory = 20;
    private const int LongestOnStack = 512;

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

    public int Read(string path, long position, Span<byte> destination)
    {
        if (OperatingSystem.IsLinux() && Environment.Is64BitProcess)
        {
            return ReadUnlocked(Locate(path), position, destination);
        }

        using var handle = Open(path);
        try
        {
            return handle is null ? -1 : ReadTo(handle, position, destination);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw LogFiles.Unreadable(Locate(path), e);
        }
    }

    /// <summary>
    /// .NET takes an advisory lock on every file that it opens, which says nothing here, and takes as long as reading a tile.
    /// </summary>
    private static SafeFileHandle? OpenUnlocked(string file)
    {
        var descriptor = OpenDescriptor(file);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>One look into a file, without a handle that asks what kind of file it is, and that must be finalized.</summary>
    private static int ReadUnlocked(string file, long position, Span<byte> destination)
    {
        var descriptor = OpenDescriptor(file);
        if (descriptor < 0)
        {
            return -1;
        }

        var filled = 0;
        var error = 0;
        while (filled < destination.Length && error is 0 or Interrupted)
        {
            var read = (int)Read(descriptor, ref MemoryMarshal.GetReference(destination[filled..]), destination.Length - filled, position + filled);
            if (read == 0)
            {
                break;
            }

            error = read < 0 ? Marshal.GetLastPInvokeError() : 0;
            filled += Math.Max(read, 0);
        }

        _ = Close(descriptor);
        return error is 0 ? filled : throw Failure(file, error);
    }

    /// <summary>A descriptor that the caller closes, or -1 where there is no such file.</summary>
    private static int OpenDescriptor(string file)
    {
        var longest = Encoding.UTF8.GetMaxByteCount(file.Length) + 1;
        var path = longest <= LongestOnStack ? stackalloc byte[LongestOnStack] : new byte[longest];
        path[Encoding.UTF8.GetBytes(file, path)] = 0;
        for (; ; )
        {
            var descriptor = Open(ref MemoryMarshal.GetReference(path), ReadOnlyCloseOnExec);
            if (descriptor >= 0)
            {
                return descriptor;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error is NoEntry or NotDirectory)
            {
                return -1;
            }

            if (error != Interrupted)
            {
                throw Failure(file, error);
            }
        }
    }

    private static AuditLogUnreadableException Failure(string file, int error) =>
        LogFiles.Unreadable(file, new IOException(Marshal.GetPInvokeErrorMessage(error)));

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int Open(ref byte path, int flags);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    private static partial nint Read(int descriptor, ref byte destination, nint count, long position);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    private static ReadOnlyMemory<byte> Read(SafeFileHandle handle, int atMost)
    {
        var bytes = new byte[Math.Min(RandomAccess.GetLength(handle), atMost)];
        return bytes.AsMemory(0, ReadTo(handle, 0, bytes));
    }

    private static int ReadTo(SafeFileHandle handle, long position, Span<byte> destination)
    {
        var filled = 0;
        while (filled < destination.Length)
        {
            var read = RandomAccess.Read(handle, destination[filled..], position + filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }
}
