using System.Runtime.InteropServices;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Benchmarks.Reporting;

/// <summary>What a figure depends on and does not say.</summary>
internal static class Machine
{
    public static IEnumerable<string> Describe(string directory)
    {
        var drive = new DriveInfo(Path.GetFullPath(directory));
        yield return $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, hashing: {BatchHasher.Fastest}";
        yield return $"Data in {Path.GetFullPath(directory)}, file system {drive.DriveFormat}";
        if (drive.DriveFormat == "tmpfs")
        {
            yield return "WARNING: tmpfs is memory: nothing here is durable, and no durable figure means anything. Name a directory on a disk (--directory).";
        }
#if DEBUG
        yield return "WARNING: this is a debug build. Run it with -c Release.";
#endif
    }
}
