namespace ImmutableAudit.Storage.FileSystem;

/// <summary>The journal's folder: makes segments appear whole or not at all, finds and deletes them.</summary>
internal sealed class JournalDirectory(IFileOperations files, string path)
{
    private const string TemporarySuffix = ".tmp";

    public string Path => path;

    /// <summary>The segments that are there, lowest number first, opened for reading; the caller disposes them.</summary>
    public List<JournalSegment> OpenAll()
    {
        var segments = new List<JournalSegment>();
        try
        {
            foreach (var file in files.EnumerateFiles(path, "*.journal").Order(StringComparer.Ordinal))
            {
                segments.Add(JournalSegment.Open(files, file, FileAccess.Read));
            }
        }
        catch
        {
            segments.ForEach(segment => segment.Dispose());
            throw;
        }

        return segments;
    }

    /// <summary>Makes a new segment durable and visible, together with what <paramref name="fill"/> writes into it.</summary>
    public JournalSegment Create(in JournalSegmentHeader header, Action<JournalSegment>? fill = null)
    {
        var target = System.IO.Path.Combine(path, JournalSegment.FileName(header.Number));
        var segment = JournalSegment.Create(files, target + TemporarySuffix, header);
        try
        {
            fill?.Invoke(segment);
            segment.Reserve(JournalFormat.PageSize);
            segment.Flush();
            files.Rename(segment.Path, target);
            files.FlushDirectory(path);
            return segment.Renamed(target);
        }
        catch
        {
            segment.Dispose();
            DeleteLeftover(target + TemporarySuffix);
            throw;
        }
    }

    /// <summary>Keeps dropped bytes aside, durably, before anything else is changed (LOG.md L3).</summary>
    public void KeepAside(JournalSegment segment, long from, long to)
    {
        var target = System.IO.Path.Combine(path, $"{System.IO.Path.GetFileName(segment.Path)}.dropped-at-{from}");
        using (var output = files.Open(target, FileMode.Create, FileAccess.ReadWrite))
        {
            var buffer = new byte[JournalFormat.PageSize];
            for (var position = from; position < to; position += buffer.Length)
            {
                var read = segment.ReadRaw(buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - position)), position);
                output.Write(buffer.AsSpan(0, read), position - from);
            }

            output.Flush();
        }

        files.FlushDirectory(path);
    }

    public void Delete(string segment) => files.Delete(segment);

    /// <summary>A segment that was not finished may be what fills the disk.</summary>
    private void DeleteLeftover(string temporary)
    {
        try
        {
            files.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next attempt overwrites it.
        }
    }
}
