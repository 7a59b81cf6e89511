using System.Globalization;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// One file of the journal. Unless commits are buffered, it was filled with zeros and flushed before its first record, because flushing
/// a file that grows costs a multiple of flushing one that does not.
/// </summary>
internal sealed class JournalSegment : IDisposable
{
    private const int ScanLength = 256 * 1024;

    private readonly IStorageFile _file;
    private uint _crc;

    // Written by the committing thread, read by the one that flushes; and the other way round.
    private long _tail = JournalFormat.PageSize;
    private long _flushedTo;

    private JournalSegment(string path, IStorageFile file, JournalSegmentHeader header, uint headerCrc)
    {
        Path = path;
        _file = file;
        _crc = headerCrc;
        Length = file.Length;
        Header = header;
        End = header.Start;
    }

    public string Path { get; }

    public JournalSegmentHeader Header { get; }

    /// <summary>Position behind the last intact record.</summary>
    public long Tail
    {
        get => Volatile.Read(ref _tail);
        private set => Volatile.Write(ref _tail, value);
    }

    /// <summary>Position up to which the records are flushed.</summary>
    public long FlushedTo => Volatile.Read(ref _flushedTo);

    /// <summary>Bytes in the file, those filled ahead included.</summary>
    public long Length { get; }

    /// <summary>The head behind the last intact record.</summary>
    public LogHead End { get; private set; }

    public static string FileName(long number) => string.Create(CultureInfo.InvariantCulture, $"{number:D12}.journal");

    /// <summary>Begins a segment in a file of zeros. It is not durable, nor in its place, before the caller has seen to that.</summary>
    /// <param name="path">Where the file will be.</param>
    /// <param name="file">The file; it is disposed where this fails.</param>
    /// <param name="header">What the segment says of itself.</param>
    public static JournalSegment Begin(string path, IStorageFile file, in JournalSegmentHeader header)
    {
        try
        {
            var page = new byte[JournalFormat.PageSize];
            var crc = JournalFormat.WriteSegmentHeader(page, header);
            file.Write(page, 0);
            return new JournalSegment(path, file, header, crc);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a segment that is there; its records are still to be scanned.</summary>
    /// <exception cref="AuditLogCorruptException">The header is damaged.</exception>
    public static JournalSegment Open(IFileOperations files, string path, FileAccess access)
    {
        var file = files.Open(path, FileMode.Open, access);
        try
        {
            var page = new byte[JournalFormat.PageSize];
            if (file.Read(page, 0) != page.Length || !JournalFormat.TryReadSegmentHeader(page, out var header, out var crc)
                || !path.EndsWith(FileName(header.Number), StringComparison.Ordinal))
            {
                throw new AuditLogCorruptException(
                    $"The journal segment '{path}' has a damaged header. Nothing was changed. Restore the file, or go on in a new log that names this one as its predecessor.");
            }

            return new JournalSegment(path, file, header, crc);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether a record fits into the space that is left.</summary>
    public bool HasRoom(int recordSize) => Tail + recordSize <= Length;

    /// <summary>Cuts off the space that is left.</summary>
    public void Trim() => _file.SetLength(Tail);

    /// <summary>Makes the next record around entries that stand behind the space for its header. It is still to be written.</summary>
    /// <param name="record">The whole record.</param>
    /// <param name="entriesLength">Bytes of the entries.</param>
    /// <param name="count">Number of entries.</param>
    /// <param name="end">The head behind it.</param>
    /// <param name="unflushed">Bytes in front of it that a power failure may take although it leaves this record.</param>
    public JournalCommit Seal(Span<byte> record, int entriesLength, int count, LogHead end, long unflushed = 0)
    {
        var header = new JournalRecordHeader(Header.Number, Tail, count, entriesLength, end, _crc, unflushed);
        var seal = CommitSeal.Of(record.Slice(JournalFormat.RecordHeaderSize, entriesLength));
        _crc = JournalFormat.SealRecord(record, header);
        return new JournalCommit(this, header, seal);
    }

    /// <summary>Writes the record that was made last. Not durable before <see cref="Flush"/>.</summary>
    public void Write(in JournalCommit commit, ReadOnlySpan<byte> record)
    {
        _file.Write(record, commit.Header.Position);
        Tail += record.Length;
        End = commit.Header.End;
    }

    public void Flush()
    {
        var tail = Tail;
        _file.Flush();
        Volatile.Write(ref _flushedTo, tail);
    }

    /// <summary>Frees the memory that what was flushed behind a position takes in the system's cache.</summary>
    public void Evict(long from)
    {
        if (FlushedTo - from is var length and > 0)
        {
            _file.Evict(from, length);
        }
    }

    /// <summary>Reads the next record behind the tail and steps over it; <see langword="null"/> where none is intact. The buffer grows as needed.</summary>
    public JournalRecordHeader? Next(ref byte[] buffer)
    {
        if (ReadRecord(Tail, ref buffer, out var crc) is not { } header || header.PreviousCrc != _crc || header.FirstIndex != End.Size)
        {
            return null;
        }

        var size = JournalFormat.RecordSize(header.EntriesLength);
        _crc = crc;
        Tail += size;
        End = header.End;
        return header;
    }

    /// <summary>
    /// Steps from record to record by their headers alone, and looks at the whole of the last, which may be torn. Where no other is
    /// damaged, these are the records that <see cref="Next"/> will find.
    /// </summary>
    public void Foresee(long published, ref JournalOutline outline, ref byte[] buffer)
    {
        var before = outline = outline with { Tail = Tail, End = End };
        var crc = _crc;
        while (ReadHeader(outline.Tail, out var own) is { } header && header.PreviousCrc == crc && header.FirstIndex == outline.End.Size)
        {
            before = outline;
            var size = JournalFormat.RecordSize(header.EntriesLength);
            outline = outline with { Tail = outline.Tail + size, End = header.End };
            outline = header.End.Size <= published ? outline with { Start = header.End } : outline with { Length = outline.Length + size };
            crc = own;
        }

        if (outline != before && ReadRecord(before.Tail, ref buffer, out _) is null)
        {
            outline = before;
        }
    }

    /// <summary>
    /// Looks behind the tail for a record that was written after what lies at the tail had been flushed: where there is one, something has
    /// been damaged since (LOG.md L2). Of one that follows from header to header its header is enough; elsewhere, on every page boundary,
    /// it has to be intact, since entries may hold anything. So does one that lies at the tail itself and does not follow.
    /// </summary>
    public long? FindWitnessBehindTail(ref byte[] buffer)
    {
        if (FindFollower() is { } follower)
        {
            return follower;
        }

        foreach (var (position, bytes) in Scan(Tail))
        {
            for (var page = 0; page < bytes.Length; page += JournalFormat.PageSize)
            {
                if (JournalFormat.TryReadRecordHeader(bytes.Span[page..], out _, out _)
                    && ReadRecord(position + page, ref buffer, out _) is { } record
                    && (record.Position == Tail || record.FlushedTo > Tail))
                {
                    return position + page;
                }
            }
        }

        return null;
    }

    /// <summary>Position behind the last byte that is not zero, or <paramref name="from"/> where only zeros follow it.</summary>
    public long EndOfBytes(long from)
    {
        var end = from;
        foreach (var (position, bytes) in Scan(from))
        {
            if (bytes.Span.LastIndexOfAnyExcept((byte)0) is var last and >= 0)
            {
                end = position + last + 1;
            }
        }

        return end;
    }

    /// <summary>Reads bytes as they are.</summary>
    public int ReadRaw(Span<byte> destination, long position) => _file.Read(destination, position);

    public void Dispose() => _file.Dispose();

    /// <summary>What lies behind a record, in pieces that begin on page boundaries.</summary>
    private IEnumerable<(long Position, ReadOnlyMemory<byte> Bytes)> Scan(long from)
    {
        var buffer = new byte[(int)Math.Min(ScanLength, Length - from)];
        for (var position = from; position < Length; position += buffer.Length)
        {
            yield return (position, buffer.AsMemory(0, _file.Read(buffer, position)));
        }
    }

    /// <summary>
    /// Steps from the bad record at the tail to those that follow it by their headers, up to one that was written after it had been flushed.
    /// </summary>
    private long? FindFollower()
    {
        if (ReadHeader(Tail, out var crc) is not { } bad)
        {
            return null;
        }

        var position = Tail + JournalFormat.RecordSize(bad.EntriesLength);
        while (ReadHeader(position, out var own) is { } next && next.PreviousCrc == crc)
        {
            if (next.FlushedTo > Tail)
            {
                return position;
            }

            (position, crc) = (position + JournalFormat.RecordSize(next.EntriesLength), own);
        }

        return null;
    }

    /// <summary>Reads what a record at this place says of itself, and the checksum that it carries.</summary>
    private JournalRecordHeader? ReadHeader(long position, out uint crc)
    {
        Span<byte> head = stackalloc byte[JournalFormat.RecordHeaderSize];
        crc = 0;
        return _file.Read(head, position) == head.Length
            && JournalFormat.TryReadRecordHeader(head, out var header, out crc)
            && header.Segment == Header.Number
            && header.Position == position
            ? header
            : null;
    }

    private JournalRecordHeader? ReadRecord(long position, ref byte[] buffer, out uint crc)
    {
        if (ReadHeader(position, out crc) is not { } header)
        {
            return null;
        }

        var size = JournalFormat.RecordSize(header.EntriesLength);
        PooledArray.MakeRoom(ref buffer, size);
        return _file.Read(buffer.AsSpan(0, size), position) == size && JournalFormat.IsIntact(buffer.AsSpan(0, size), out crc) ? header : null;
    }
}
