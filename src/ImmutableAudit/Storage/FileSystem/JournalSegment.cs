using System.Buffers;
using System.Globalization;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// One file of the journal. Space is filled with zeros ahead of the records, in steps, because flushing a file that grows
/// costs a multiple of flushing one that does not.
/// </summary>
internal sealed class JournalSegment : IDisposable
{
    private const long FirstStep = 256 * 1024;
    private const long LargestStep = 4 * 1024 * 1024;
    private static readonly byte[] Zeros = new byte[64 * 1024];

    private readonly IStorageFile _file;
    private long _zeroedTo;
    private uint _crc;

    private JournalSegment(string path, IStorageFile file, JournalSegmentHeader header, uint headerCrc)
    {
        Path = path;
        _file = file;
        _crc = headerCrc;
        _zeroedTo = file.Length;
        Header = header;
        Tail = JournalFormat.PageSize;
        End = header.Start;
    }

    public string Path { get; }

    public JournalSegmentHeader Header { get; }

    /// <summary>Position behind the last intact record.</summary>
    public long Tail { get; private set; }

    /// <summary>Bytes in the file, those filled ahead included.</summary>
    public long Length => _file.Length;

    /// <summary>The head behind the last intact record.</summary>
    public LogHead End { get; private set; }

    public static string FileName(long number) => string.Create(CultureInfo.InvariantCulture, $"{number:D12}.journal");

    /// <summary>Begins a segment. The file is not durable, nor in its place, before the caller has seen to that.</summary>
    public static JournalSegment Create(IFileOperations files, string path, in JournalSegmentHeader header)
    {
        var file = files.Open(path, FileMode.Create, FileAccess.ReadWrite);
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

    /// <summary>The same file under the name that it was given.</summary>
    public JournalSegment Renamed(string path) =>
        new(path, _file, Header, _crc) { Tail = Tail, End = End, _zeroedTo = _zeroedTo, _crc = _crc };

    /// <summary>Makes sure that a record fits into space that is filled already. Failing here, nothing of the record was written.</summary>
    public void Reserve(int recordSize)
    {
        if (Tail + recordSize <= _zeroedTo)
        {
            return;
        }

        var target = Math.Max(Tail + recordSize, _zeroedTo + Math.Clamp(_zeroedTo, FirstStep, LargestStep));
        while (_zeroedTo < target)
        {
            var count = (int)Math.Min(Zeros.Length, target - _zeroedTo);
            _file.Write(Zeros.AsSpan(0, count), _zeroedTo);
            _zeroedTo += count;
        }
    }

    /// <summary>Writes a record whose entries stand behind the space for its header. Not durable before <see cref="Flush"/>.</summary>
    public JournalCommit Append(Span<byte> record, int entriesLength, int count, LogHead end)
    {
        var header = new JournalRecordHeader(Header.Number, Tail, count, entriesLength, end, _crc);
        _crc = JournalFormat.SealRecord(record, header);
        _file.Write(record, Tail);
        var commit = new JournalCommit(this, header);
        Tail += record.Length;
        End = end;
        return commit;
    }

    public void Flush() => _file.Flush();

    /// <summary>Reads the next record behind the tail and steps over it; <see langword="null"/> where none is intact. The buffer grows as needed.</summary>
    public JournalCommit? Next(ref byte[] buffer)
    {
        if (ReadRecord(Tail, ref buffer) is not { } header || header.PreviousCrc != _crc || header.FirstIndex != End.Size)
        {
            return null;
        }

        var size = JournalFormat.RecordSize(header.EntriesLength);
        JournalFormat.IsIntact(buffer.AsSpan(0, size), out _crc);
        var commit = new JournalCommit(this, header);
        Tail += size;
        End = header.End;
        return commit;
    }

    /// <summary>
    /// Looks for an intact record behind the tail, on every page boundary: where there is one, what precedes it was
    /// acknowledged and has been damaged (LOG.md L2).
    /// </summary>
    public long? FindIntactBehindTail(ref byte[] buffer)
    {
        for (var position = Tail; position < _zeroedTo; position += JournalFormat.PageSize)
        {
            if (ReadRecord(position, ref buffer) is not null)
            {
                return position;
            }
        }

        return null;
    }

    /// <summary>Position behind the last byte that is not zero, or the tail where only zeros follow it.</summary>
    public long EndOfBytes()
    {
        var buffer = new byte[JournalFormat.PageSize];
        var end = Tail;
        for (var position = Tail; position < _zeroedTo; position += buffer.Length)
        {
            var read = _file.Read(buffer, position);
            if (buffer.AsSpan(0, read).LastIndexOfAnyExcept((byte)0) is var last and >= 0)
            {
                end = position + last + 1;
            }
        }

        return end;
    }

    /// <summary>Reads bytes as they are.</summary>
    public int ReadRaw(Span<byte> destination, long position) => _file.Read(destination, position);

    public void Dispose() => _file.Dispose();

    private JournalRecordHeader? ReadRecord(long position, ref byte[] buffer)
    {
        Span<byte> head = stackalloc byte[JournalFormat.RecordHeaderSize];
        if (_file.Read(head, position) != head.Length
            || !JournalFormat.TryReadRecordHeader(head, out var header)
            || header.Segment != Header.Number
            || header.Position != position
            || position + JournalFormat.RecordSize(header.EntriesLength) > _zeroedTo)
        {
            return null;
        }

        var size = JournalFormat.RecordSize(header.EntriesLength);
        if (buffer.Length < size)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(size);
        }

        return _file.Read(buffer.AsSpan(0, size), position) == size && JournalFormat.IsIntact(buffer.AsSpan(0, size), out _) ? header : null;
    }
}
