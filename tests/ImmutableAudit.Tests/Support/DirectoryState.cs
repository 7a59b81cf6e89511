using System.Security.Cryptography;

namespace ImmutableAudit.Tests.Support;

/// <summary>What a directory holds, for comparing and for putting it back.</summary>
internal static class DirectoryState
{
    /// <summary>Path and hash of every file, the writer's lock aside.</summary>
    public static IReadOnlyList<string> Of(string directory) =>
    [
        .. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Where(file => !Path.GetFileName(file).StartsWith("lock", StringComparison.Ordinal))
            .Select(file => $"{Path.GetRelativePath(directory, file)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}")
            .Order(StringComparer.Ordinal),
    ];

    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var directory in Directory.EnumerateDirectories(from))
        {
            Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
        }
    }

    /// <summary>Changes bytes of a file, sealed or not.</summary>
    public static void Edit(string file, Func<byte[], byte[]> change)
    {
        var bytes = change(File.ReadAllBytes(file));
        File.Delete(file);
        File.WriteAllBytes(file, bytes);
    }
}
