using Microsoft.Win32.SafeHandles;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>A file filled with zeros and flushed beforehand, written from front to back over and over: it never grows.</summary>
internal sealed class ZeroFilledFile : IDisposable
{
    private const int PageSize = 4096;
    private const long Length = 64 * 1024 * 1024;

    private readonly SafeFileHandle _file;
    private long _position;

    public ZeroFilledFile(string path)
    {
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        var zeros = new byte[1024 * 1024];
        for (var position = 0L; position < Length; position += zeros.Length)
        {
            RandomAccess.Write(_file, zeros, position);
        }

        RandomAccess.FlushToDisk(_file);
    }

    /// <summary>The length of a journal record for so many bytes of entries: header and padding included.</summary>
    public static int RecordLength(int entries) => (64 + entries + PageSize - 1) / PageSize * PageSize;

    /// <summary>Writes and flushes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_position + bytes.Length > Length)
        {
            _position = 0;
        }

        RandomAccess.Write(_file, bytes, _position);
        RandomAccess.FlushToDisk(_file);
        _position += bytes.Length;
    }

    public void Dispose() => _file.Dispose();
}
