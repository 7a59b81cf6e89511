namespace ImmutableAudit.Storage.FileSystem;

/// <summary>An open file, read and written at positions. Reading is thread-safe, also while another thread writes.</summary>
internal interface IStorageFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads as much as there is, up to the whole of <paramref name="buffer"/>.</summary>
    int Read(Span<byte> buffer, long position);

    void Write(ReadOnlySpan<byte> bytes, long position);

    /// <summary>Cuts the file off, or lets it grow by zeros.</summary>
    void SetLength(long length);

    /// <summary>Returns once everything written is on stable storage. When it throws, what was written may be lost, now or later (LOG.md L4).</summary>
    void Flush();

    /// <summary>Frees the memory that these bytes, which are flushed, take in the system's cache; does nothing where the system cannot.</summary>
    void Evict(long position, long length);
}
