namespace ImmutableAudit.Benchmarks.Measuring;

internal static class DiskUse
{
    /// <summary>Bytes of all files in a directory and below.</summary>
    public static long Of(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
