using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>The files of a log in a directory, opened so that a writer may replace or delete them meanwhile.</summary>
internal sealed partial class DirectoryFileSource(string directory) : ILocalFileSource
{
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const int NoEntry = 2, Interrupted = 4, NotDirectory = 20;
    private const int SeekEnd = 2;
    private const int LongestOnStack = 512;

    private readonly string _prefix = Path.EndsInDirectorySeparator(directory) ? directory : directory + Path.DirectorySeparatorChar;

    public string Locate(string path) => _prefix + (Path.DirectorySeparatorChar == '/' ? path : path.Replace('/', Path.DirectorySeparatorChar));

    // Reads block: files of a log are small, and an asynchronous read would only block a pool thread in their stead.
    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, int atMost, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var file = Open(path);
        if (file is null)
        {
            return ValueTask.FromResult<ReadOnlyMemory<byte>?>(null);
        }

        var bytes = new byte[Math.Min(file.Length, atMost)];
        return ValueTask.FromResult<ReadOnlyMemory<byte>?>(bytes.AsMemory(0, file.Read(0, bytes, bytes.Length)));
    }

    public ILocalFile? Open(string path)
    {
        var file = Locate(path);
        if (OperatingSystem.IsLinux())
        {
            var descriptor = OpenDescriptor(file);
            return descriptor < 0 ? null
                : Environment.Is64BitProcess ? new DescriptorFile(file, descriptor)
                : new HandleFile(file, new SafeFileHandle(descriptor, ownsHandle: true));
        }

        try
        {
            return new HandleFile(file, File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
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

    public int Read(string path, long position, Span<byte> destination, int enough)
    {
        using var file = Open(path);
        return file?.Read(position, destination, enough) ?? -1;
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
    private static partial nint Read(int descriptor, ref byte destination, nint count, nint position);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial nint Seek(int descriptor, nint offset, int origin);

    /// <summary>
    /// A file without the handle of .NET, which asks what kind of file it is, has to be finalized, and takes an advisory lock that says
    /// nothing here: together they take as long as reading a tile.
    /// </summary>
    private sealed class DescriptorFile(string file, int descriptor) : ILocalFile
    {
        public long Length => Seek(descriptor, 0, SeekEnd) is >= 0 and var length ? length : throw Failure(file, Marshal.GetLastPInvokeError());

        public int Read(long position, Span<byte> destination, int enough)
        {
            var filled = 0;
            while (filled < enough)
            {
                var read = (int)DirectoryFileSource.Read(
                    descriptor, ref MemoryMarshal.GetReference(destination[filled..]), destination.Length - filled, (nint)(position + filled));
                if (read == 0)
                {
                    break;
                }

                if (read < 0 && Marshal.GetLastPInvokeError() is not Interrupted and var error)
                {
                    throw Failure(file, error);
                }

                filled += Math.Max(read, 0);
            }

            return filled;
        }

        public void Dispose() => _ = Close(descriptor);
    }

    private sealed class HandleFile(string file, SafeFileHandle handle) : ILocalFile
    {
        public long Length
        {
            get
            {
                try
                {
                    return RandomAccess.GetLength(handle);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
                {
                    throw LogFiles.Unreadable(file, e);
                }
            }
        }

        public int Read(long position, Span<byte> destination, int enough)
        {
            try
            {
                var filled = 0;
                while (filled < enough && RandomAccess.Read(handle, destination[filled..], position + filled) is > 0 and var read)
                {
                    filled += read;
                }

                return filled;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                throw LogFiles.Unreadable(file, e);
            }
        }

        public void Dispose() => handle.Dispose();
    }
}
