namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Writes groups of small files so that they survive a power failure: all into temporary files, those flushed, then renamed;
/// then every directory that got a name, flushed once (LOG.md L12). Returns when the whole group is durable.
/// </summary>
/// <remarks>Used by one thread. With several threads to flush, flushes overlap.</remarks>
internal sealed class DurableWriter(IFileOperations files, string root, FlushThreads? flushing = null)
{
    private const string TemporarySuffix = ".tmp";

    /// <summary>Directories whose names are known to be durable, before they are forgotten: flushing a name once more does no harm.</summary>
    private const int MaxRemembered = 1_000;

    private readonly HashSet<string> _durableDirectories = new(StringComparer.Ordinal);

    /// <summary>One file of a group.</summary>
    /// <param name="Path">Path below the root, with <c>/</c>.</param>
    /// <param name="Bytes">The whole content.</param>
    /// <param name="Sealed">Whether the file never changes again (LOG.md L15).</param>
    public readonly record struct NewFile(string Path, ReadOnlyMemory<byte> Bytes, bool Sealed);

    /// <summary>Creates a directory and those above it, and makes their names durable: what is flushed inside one that has no name is lost.</summary>
    public static void CreateDirectory(IFileOperations files, string directory)
    {
        var missing = new Stack<string>();
        var there = directory;
        for (; there is not null && !files.DirectoryExists(there); there = Path.GetDirectoryName(there))
        {
            missing.Push(there);
        }

        FlushName(files, there);
        foreach (var created in missing)
        {
            files.CreateDirectory(created);
            files.FlushDirectory(Path.GetDirectoryName(created)!);
        }
    }

    /// <summary>Makes the files durable. A file that is there with the same bytes is left as it is.</summary>
    public void Write(IReadOnlyCollection<NewFile> group)
    {
        try
        {
            WriteGroup(group);
        }
        catch
        {
            _durableDirectories.Clear(); // Somebody may have removed one.
            throw;
        }
    }

    /// <summary>Who made a directory that is there may have been killed before its name was durable; those above it are, since they were made first.</summary>
    private static void FlushName(IFileOperations files, string? directory)
    {
        try
        {
            if (Path.GetDirectoryName(directory) is { } parent)
            {
                files.FlushDirectory(parent);
            }
        }
        catch (UnauthorizedAccessException)
        {
            // A place that this user may not look into was made by somebody else.
        }
    }

    private void WriteGroup(IReadOnlyCollection<NewFile> group)
    {
        var placed = group.Select(file => (Path: FullPath(file.Path), File: file)).ToArray();
        var directories = new HashSet<string>(StringComparer.Ordinal);
        var named = directories.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (path, _) in placed)
        {
            named.Add(Path.GetDirectoryName(path.AsSpan()));
        }

        var parents = new HashSet<string>(StringComparer.Ordinal);
        foreach (var directory in directories)
        {
            CreateDirectory(directory, parents);
        }

        WriteFiles(placed);

        // Also for files that were there already: a process that was killed may have renamed without flushing the name.
        parents.UnionWith(directories);
        foreach (var directory in parents)
        {
            files.FlushDirectory(directory);
        }

        if (_durableDirectories.Count > MaxRemembered)
        {
            _durableDirectories.Clear();
        }

        _durableDirectories.UnionWith(parents);
    }

    private string FullPath(string path) => Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Creates a directory; those above it that may have got a new name are noted in <paramref name="parents"/>.</summary>
    private void CreateDirectory(string directory, HashSet<string> parents)
    {
        if (_durableDirectories.Contains(directory))
        {
            return;
        }

        files.CreateDirectory(directory);
        for (var at = directory; at.Length > root.Length && Path.GetDirectoryName(at) is { } parent; at = parent)
        {
            parents.Add(parent);
        }
    }

    /// <summary>Writes first and flushes then: while some are flushed, the system writes the others out already.</summary>
    private void WriteFiles((string Path, NewFile File)[] placed)
    {
        var written = new List<WrittenFile>(placed.Length);
        try
        {
            foreach (var (path, file) in placed)
            {
                if (Begin(path, file.Bytes.Span) is var (temporary, output))
                {
                    written.Add(new WrittenFile(path, temporary, output, file.Sealed));
                }
            }

            if (flushing is not null)
            {
                flushing.Flush([.. written.Select(file => file.Output)]);
            }
            else
            {
                written.ForEach(file => file.Output.Flush());
            }
        }
        finally
        {
            written.ForEach(file => file.Output.Dispose());
        }

        foreach (var file in written)
        {
            if (file.Sealed)
            {
                files.Seal(file.Temporary);
            }

            files.Rename(file.Temporary, file.Path);
        }
    }

    /// <summary>Writes the temporary file; <see langword="null"/> where the file is there with the same bytes.</summary>
    private (string Temporary, IStorageFile Output)? Begin(string path, ReadOnlySpan<byte> bytes)
    {
        if (files.FileExists(path))
        {
            if (Same(path, bytes))
            {
                return null;
            }

            // Beyond the published checkpoint this is a crash's leftover; recovery replaces it (LOG.md L13).
            files.Unseal(path);
        }

        var temporary = path + TemporarySuffix;
        if (files.FileExists(temporary))
        {
            files.Unseal(temporary);
        }

        var output = files.Open(temporary, FileMode.Create, FileAccess.ReadWrite);
        try
        {
            output.Write(bytes, 0);
            return (temporary, output);
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    private bool Same(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = files.Open(path, FileMode.Open, FileAccess.Read);
        if (file.Length != bytes.Length)
        {
            return false;
        }

        var buffer = new byte[bytes.Length];
        return file.Read(buffer, 0) == bytes.Length && bytes.SequenceEqual(buffer);
    }

    /// <summary>A file that is written and not yet in its place.</summary>
    private readonly record struct WrittenFile(string Path, string Temporary, IStorageFile Output, bool Sealed);
}
