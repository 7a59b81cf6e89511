using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>The real file system.</summary>
internal sealed partial class FileOperations : IFileOperations
{
    private const UnixFileMode SealedMode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static FileOperations Instance { get; } = new();

    public IStorageFile Open(string path, FileMode mode, FileAccess access, long space = 0) =>
        new StorageFile(File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete, preallocationSize: space));

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public void DeleteDirectory(string path) => Directory.Delete(path, recursive: true);

    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public void FlushDirectory(string path)
    {
        // NTFS journals its names by itself and has no call for this. .NET cannot open a directory, hence P/Invoke (LOG.md L12).
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = OpenDirectory(path, 0);
        if (descriptor < 0)
        {
            throw Error("open", path);
        }

        try
        {
            if (Fsync(descriptor) < 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            {
                throw Error("flush", path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    public void Seal(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            File.SetAttributes(path, File.GetAttributes(path) | FileAttributes.ReadOnly);
        }
        else
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) & SealedMode);
        }
    }

    public void Unseal(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            File.SetAttributes(path, File.GetAttributes(path) & ~FileAttributes.ReadOnly);
        }
        else
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserWrite);
        }
    }

    public bool FileExists(string path) => File.Exists(path);

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public IEnumerable<string> EnumerateFiles(string directory, string pattern) => Directory.EnumerateFiles(directory, pattern);

    /// <summary>EINVAL: the file system cannot flush directories, and so has nothing that would have to be flushed.</summary>
    private const int InvalidArgument = 22;

    /// <summary>EACCES.</summary>
    private const int AccessDenied = 13;

    /// <summary>POSIX_FADV_DONTNEED.</summary>
    private const int DontNeed = 4;

    private static Exception Error(string what, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var message = $"Could not {what} the directory '{path}': {Marshal.GetPInvokeErrorMessage(error)}";
        return error == AccessDenied ? new UnauthorizedAccessException(message) : new IOException(message);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDirectory(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeHandle descriptor, long position, long length, int advice);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    private sealed class StorageFile(SafeFileHandle handle) : IStorageFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> buffer, long position)
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(handle, buffer[total..], position + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(handle, bytes, position);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Flush() => RandomAccess.FlushToDisk(handle);

        public void Evict(long position, long length)
        {
            // Where a process has 32 bits, the numbers are not as long as declared here.
            if (OperatingSystem.IsLinux() && Environment.Is64BitProcess)
            {
                _ = Advise(handle, position, length, DontNeed);
            }
        }

        public void Dispose() => handle.Dispose();
    }
}
