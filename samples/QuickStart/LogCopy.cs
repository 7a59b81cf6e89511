namespace ImmutableAudit.QuickStart;

/// <summary>A copy of a log's public files, to tamper with. Disposing it deletes it.</summary>
internal sealed class LogCopy : IDisposable
{
    private LogCopy(string directory) => Directory = directory;

    public string Directory { get; }

    public static LogCopy Of(string log)
    {
        var copy = new LogCopy(System.IO.Directory.CreateTempSubdirectory("audit-log-copy-").FullName);

        // The checkpoint first: then the files copied after it hold all that it speaks of (LOG.md L16).
        copy.Take(log, "checkpoint");
        foreach (var file in System.IO.Directory.EnumerateFiles(Path.Combine(log, "tile"), "*", SearchOption.AllDirectories))
        {
            copy.Take(log, Path.GetRelativePath(log, file));
        }

        return copy;
    }

    /// <summary>Puts one text in the place of another of the same length, inside one entry.</summary>
    public void Edit(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> text, ReadOnlySpan<byte> replacement)
    {
        foreach (var bundle in System.IO.Directory.EnumerateFiles(Path.Combine(Directory, "tile", "entries"), "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(bundle);
            if (bytes.AsSpan().IndexOf(entry) is >= 0 and var start)
            {
                replacement.CopyTo(bytes.AsSpan(start + entry.IndexOf(text)));
                File.WriteAllBytes(bundle, bytes);
            }
        }
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    /// <summary>Copies the content alone: the log's own files are read-only.</summary>
    private void Take(string log, string file)
    {
        var target = Path.Combine(Directory, file);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.WriteAllBytes(target, File.ReadAllBytes(Path.Combine(log, file)));
    }
}
