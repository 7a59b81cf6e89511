namespace ImmutableAudit.Storage.FileSystem;

/// <summary>The journal's folder: makes segments appear whole or not at all, finds and deletes them.</summary>
internal sealed class JournalDirectory(IFileOperations files, string path)
{
    private const string BlankName = "next.tmp";

    private static readonly byte[] Zeros = new byte[1024 * 1024];

    public string Path => path;

    private string BlankPath => System.IO.Path.Combine(path, BlankName);

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

    /// <summary>
    /// Makes the file that the next segment will be: durable zeros, without a segment's name. There is one at a time.
    /// Flushed in steps, so that the commits that are flushed meanwhile do not wait for all of it.
    /// </summary>
    /// <param name="length">Length of the file.</param>
    /// <param name="written">How much of it will be written at once, and so need not be filled.</param>
    public IStorageFile CreateBlank(long length, long written = 0)
    {
        var file = files.Open(BlankPath, FileMode.Create, FileAccess.ReadWrite);
        try
        {
            for (var position = written; position < length; position += Zeros.Length)
            {
                file.Write(Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, length - position)), position);
                file.Flush();
            }

            return file;
        }
        catch
        {
            DropBlank(file);
            throw;
        }
    }

    /// <summary>The same without the zeros: space that is set aside costs next to nothing, but each flush of what is written there more.</summary>
    /// <param name="length">Length of the file.</param>
    public IStorageFile CreateUnfilled(long length)
    {
        var file = files.Open(BlankPath, FileMode.Create, FileAccess.ReadWrite, space: length);
        try
        {
            file.SetLength(length);
            return file;
        }
        catch
        {
            DropBlank(file);
            throw;
        }
    }

    /// <summary>Makes a new segment durable and visible.</summary>
    public JournalSegment Create(in JournalSegmentHeader header, IStorageFile blank) => Create(header, blank, _ => true)!;

    /// <summary>The same together with what <paramref name="fill"/> writes into it, unless that says that it is not to be.</summary>
    public JournalSegment? Create(in JournalSegmentHeader header, IStorageFile blank, Func<JournalSegment, bool> fill)
    {
        var target = System.IO.Path.Combine(path, JournalSegment.FileName(header.Number));
        try
        {
            var segment = JournalSegment.Begin(target, blank, header);
            if (!fill(segment))
            {
                DropBlank(blank);
                return null;
            }

            segment.Flush();
            files.Rename(BlankPath, target);
            files.FlushDirectory(path);
            return segment;
        }
        catch
        {
            DropBlank(blank);
            throw;
        }
    }

    /// <summary>Gives up a blank file: what is not finished may be what fills the disk.</summary>
    public void DropBlank(IStorageFile blank)
    {
        blank.Dispose();
        try
        {
            files.Delete(BlankPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next attempt overwrites it.
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
}
