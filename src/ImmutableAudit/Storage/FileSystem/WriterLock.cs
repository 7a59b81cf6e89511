using System.Globalization;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// The operating system's lock on a log's directory: it ends with the process that holds it, however that ends, and a file
/// that merely exists locks nothing (LOG.md L17). Held as long as the object is not disposed, also where the lock file is
/// deleted meanwhile.
/// </summary>
internal sealed class WriterLock : IDisposable
{
    private readonly FileStream _file;
    private readonly DirectoryLock? _directory;

    private WriterLock(FileStream file, DirectoryLock? directory)
    {
        _file = file;
        _directory = directory;
    }

    /// <summary>Takes the lock, or says who has it.</summary>
    /// <exception cref="AuditLogLockedException">Somebody holds it.</exception>
    /// <exception cref="AuditLogException">Nothing is locked here: nobody would be kept out.</exception>
    public static WriterLock Take(string directory, TimeProvider time)
    {
        var path = Path.Combine(directory, "lock");
        var holderPath = Path.Combine(directory, "lock.holder");
        FileStream? file = null;
        DirectoryLock? held = null;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            held = DirectoryLock.Take(directory);
            Prove(path);
        }
        catch (Exception e)
        {
            held?.Dispose();
            file?.Dispose();
            if (e is not IOException io || !IsHeld(io))
            {
                throw;
            }

            throw new AuditLogLockedException(
                $"The log in '{directory}' is open for writing elsewhere{DescribeHolder(holderPath)}. "
                + "A log has one writer at a time: stop the other one, or read with a reader, which needs no lock.", e);
        }

        try
        {
            // Only a courtesy for the error message above: the lock itself is the operating system's.
            File.WriteAllText(holderPath, string.Create(
                CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName} since {time.GetUtcNow():u}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without it the message names no holder.
        }

        return new WriterLock(file, held);
    }

    public void Dispose()
    {
        _directory?.Dispose();
        _file.Dispose();
    }

    /// <summary>Some file systems do not lock and do not say so, and .NET can be told not to: then the lock can be taken twice.</summary>
    private static void Prove(string path)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
        }
        catch (IOException e) when (IsHeld(e))
        {
            return;
        }

        throw new AuditLogException(
            $"The file '{path}' cannot be locked, so that nothing would keep two writers apart. Nothing was changed. Keep the log on a local "
            + "file system that locks, and do not set DOTNET_SYSTEM_IO_DISABLEFILELOCKING.");
    }

    /// <summary>A sharing violation, as each platform numbers it: EAGAIN on Linux, on macOS, and Windows' own.</summary>
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static string DescribeHolder(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var text = new char[200];
            var length = reader.Read(text);
            return $" by {Printable.Of(text.AsSpan(0, length))}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
