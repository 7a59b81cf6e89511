using System.Diagnostics;

namespace ImmutableAudit.Tests.Support;

/// <summary>A file system of a few MiB, mounted where it is named; needs root on Linux.</summary>
internal sealed class SmallDisk : IDisposable
{
    private static readonly Lazy<string?> Missing = new(Try);

    private readonly string _directory;

    public SmallDisk(string directory, int mebibytes)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", _directory);
    }

    /// <summary>Why there is none here; <see langword="null"/> where there is.</summary>
    public static string? WhyNot => Missing.Value;

    public void Dispose() => Run("umount", _directory);

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "A file system can be mounted by root on Linux only.";
        }

        var directory = Directory.CreateTempSubdirectory("immutableaudit-").FullName;
        try
        {
            new SmallDisk(directory, 1).Dispose();
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"Root may not mount a file system here: {e.Message}";
        }
        finally
        {
            Directory.Delete(directory);
        }
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command} ended with exit code {process.ExitCode}: {error.Trim()}");
        }
    }
}

/// <summary>A test that fills a file system; reports itself as not run where none can be mounted.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.WhyNot;
}
