using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// The operating system's lock on a directory itself. A lock file that is taken for a leftover can be deleted while a writer
/// holds it, and the next writer would make, and lock, another one; the directory stays the same.
/// </summary>
internal sealed partial class DirectoryLock : IDisposable
{
    private const int Exclusive = 2;
    private const int NonBlocking = 4;
    private const int Release = 8;

    private readonly SafeFileHandle _handle;

    private DirectoryLock(SafeFileHandle handle) => _handle = handle;

    /// <summary>Takes the lock; <see langword="null"/> where there is no such lock.</summary>
    /// <exception cref="IOException">Somebody holds it. The error number is the platform's.</exception>
    public static DirectoryLock? Take(string directory)
    {
        // Windows deletes no file that is open without FileShare.Delete: there the lock file is enough.
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        // Closed in child processes, which would hold it on after this process has ended.
        var closeOnExec = OperatingSystem.IsLinux() ? 0x80000 : OperatingSystem.IsFreeBSD() ? 0x100000 : 0x1000000;
        var handle = new SafeFileHandle(Open(directory, closeOnExec), ownsHandle: true);
        if (!handle.IsInvalid && Lock(handle, Exclusive | NonBlocking) == 0)
        {
            return new DirectoryLock(handle);
        }

        var error = Marshal.GetLastPInvokeError();
        handle.Dispose();

        // EBADF, EINVAL, ENOLCK and EOPNOTSUPP, as Linux and macOS number them, are of a file system that has no such locks.
        return error is 9 or 22 or 37 or 45 or 77 or 95 or 102
            ? null
            : throw new IOException($"The directory '{directory}' could not be locked: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    public void Dispose()
    {
        // Closing alone does not do it while a child process that is being started has the same handle still.
        _ = Lock(_handle, Release);
        _handle.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle descriptor, int operation);
}
