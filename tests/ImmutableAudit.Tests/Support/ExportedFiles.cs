namespace ImmutableAudit.Tests.Support;

/// <summary>What a log's directory holds of the public format.</summary>
internal static class ExportedFiles
{
    /// <summary>Every file but a writer's or exporter's private ones, by path with <c>/</c>.</summary>
    public static SortedDictionary<string, byte[]> Of(string directory)
    {
        var files = Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories) : [];
        return new(
            files.Select(file => (Path: System.IO.Path.GetRelativePath(directory, file).Replace('\\', '/'), File: file))
                .Where(file => !file.Path.StartsWith(".export/", StringComparison.Ordinal) && !file.Path.StartsWith("journal/", StringComparison.Ordinal))
                .ToDictionary(file => file.Path, file => File.ReadAllBytes(file.File), StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    /// <summary>The same files with the same bytes, and no others.</summary>
    public static void AssertSame(IReadOnlyDictionary<string, byte[]> expected, string directory, params string[] mayRemain)
    {
        var found = Of(directory);
        var more = found.Keys.Where(path => !expected.ContainsKey(path) && !mayRemain.Contains(path, StringComparer.Ordinal));
        Assert.Equal("", string.Join(' ', more));
        foreach (var (path, bytes) in expected)
        {
            Assert.True(found.TryGetValue(path, out var there) && bytes.AsSpan().SequenceEqual(there), path);
        }
    }

    /// <summary>Changes a file, sealed or not.</summary>
    public static void Flip(string directory, string path, int at = 0) => DirectoryState.Edit(Path.Combine(directory, path), bytes =>
    {
        bytes[at] ^= 1;
        return bytes;
    });
}
