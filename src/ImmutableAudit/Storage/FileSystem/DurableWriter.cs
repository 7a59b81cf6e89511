using System.Collections.Concurrent;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Writes groups of small files so that they survive a power failure: each into a temporary file, flushed, renamed; then
/// every directory that got a name, flushed once (LOG.md L12). Returns when the whole group is durable.
/// </summary>
internal sealed class DurableWriter(IFileOperations files, string root)
{
    /// <summary>Flushes overlap: the disk takes several at a time for little more than the price of one.</summary>
    private const int Parallelism = 8;

    private readonly ConcurrentDictionary<string, bool> _durableDirectories = new(StringComparer.Ordinal);

    /// <summary>One file of a group.</summary>
    /// <param name="Path">Path below the root, with <c>/</c>.</param>
    /// <param name="Bytes">The whole content.</param>
    /// <param name="Sealed">Whether the file never changes again (LOG.md L15).</param>
    public readonly record struct NewFile(string Path, ReadOnlyMemory<byte> Bytes, bool Sealed);

    /// <summary>Creates a directory and those above it, and makes their names durable: what is flushed inside one that has no name is lost.</summary>
    public static void CreateDirectory(IFileOperations files, string directory)
    {
        var created = new List<string>();
        for (var at = directory; at is not null && !files.DirectoryExists(at); at = Path.GetDirectoryName(at))
        {
            created.Add(at);
        }

        if (created.Count == 0)
        {
            return;
        }

        files.CreateDirectory(directory);
        foreach (var parent in created.Select(Path.GetDirectoryName).OfType<string>())
        {
            files.FlushDirectory(parent);
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

    private void WriteGroup(IReadOnlyCollection<NewFile> group)
    {
        var directories = group.Select(file => Path.GetDirectoryName(FullPath(file.Path))!).ToHashSet(StringComparer.Ordinal);
        var parents = new HashSet<string>(StringComparer.Ordinal);
        foreach (var directory in directories)
        {
            CreateDirectory(directory, parents);
        }

        if (group.Count == 1)
        {
            Write(group.First());
        }
        else
        {
            try
            {
                Parallel.ForEach(group, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, Write);
            }
            catch (AggregateException e)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }
        }

        // Also for files that were there already: a process that was killed may have renamed without flushing the name.
        parents.UnionWith(directories);
        foreach (var directory in parents)
        {
            files.FlushDirectory(directory);
        }

        foreach (var directory in parents)
        {
            _durableDirectories.TryAdd(directory, true);
        }
    }

    private string FullPath(string path) => Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Creates a directory; those above it that may have got a new name are noted in <paramref name="parents"/>.</summary>
    private void CreateDirectory(string directory, HashSet<string> parents)
    {
        if (_durableDirectories.ContainsKey(directory))
        {
            return;
        }

        files.CreateDirectory(directory);
        for (var at = directory; at.Length > root.Length && Path.GetDirectoryName(at) is { } parent; at = parent)
        {
            parents.Add(parent);
        }
    }

    private void Write(NewFile file)
    {
        var path = FullPath(file.Path);
        if (files.FileExists(path))
        {
            if (Same(path, file.Bytes.Span))
            {
                return;
            }

            // Beyond the published checkpoint this is a crash's leftover; recovery replaces it (LOG.md L13).
            files.Unseal(path);
        }

        var temporary = path + ".tmp";
        if (files.FileExists(temporary))
        {
            files.Unseal(temporary);
        }

        using (var output = files.Open(temporary, FileMode.Create, FileAccess.ReadWrite))
        {
            output.Write(file.Bytes.Span, 0);
            output.Flush();
        }

        if (file.Sealed)
        {
            files.Seal(temporary);
        }

        files.Rename(temporary, path);
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
}
