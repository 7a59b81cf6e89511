using System.Security.Cryptography;
using System.Text;

namespace ImmutableAudit.Import.Input;

/// <summary>
/// Reads lines as bytes, and keeps the digest of everything read: what <c>head -n LINE FILE | sha256sum</c> says. A line that
/// is too long is passed by without being held in memory.
/// </summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    /// <summary>Longest line that is handed out: 1 MiB. An entry holds far less, but white space goes.</summary>
    public const int MaxLength = 1024 * 1024;

    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Number of the current line, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The current line without its newline (and byte order mark), until the next is read; empty where it is too long.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    public bool IsTooLong { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public long Position { get; private set; }

    /// <summary>Opens a file to read from its beginning.</summary>
    public static LineReader Open(string path) =>
        new(new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.SequentialScan }));

    /// <summary>SHA-256 of the input from its beginning through the current line. A last line without newline counts as having one.</summary>
    public string Digest() => Convert.ToHexStringLower(_digest.GetCurrentHash());

    /// <summary>Reads the next line; <see langword="false"/> at the end of the input.</summary>
    public bool Read()
    {
        IsTooLong = false;
        Line = default;
        for (var scanned = 0; ;)
        {
            var newline = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                Take(scanned + newline, terminatorLength: 1);
                return true;
            }

            scanned = _end - _start;
            if (scanned > MaxLength)
            {
                PassBy();
                scanned = 0;
            }

            if (!Fill())
            {
                if (scanned == 0 && !IsTooLong)
                {
                    return false;
                }

                Take(scanned, terminatorLength: 0);
                return true;
            }
        }
    }

    public void Dispose()
    {
        _digest.Dispose();
        stream.Dispose();
    }

    private void Take(int length, int terminatorLength)
    {
        _digest.AppendData(_buffer, _start, length);
        _digest.AppendData("\n"u8);
        IsTooLong |= length > MaxLength;
        Number++;
        Line = IsTooLong ? default : WithoutMark(_buffer.AsMemory(_start, length));
        _start += length + terminatorLength;
    }

    private ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> line) =>
        Number == 1 && line.Span.StartsWith(Encoding.UTF8.Preamble) ? line[Encoding.UTF8.Preamble.Length..] : line;

    private void PassBy()
    {
        IsTooLong = true;
        _digest.AppendData(_buffer, _start, _end - _start);
        _start = _end = 0;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        Position += read;
        return read > 0;
    }
}
