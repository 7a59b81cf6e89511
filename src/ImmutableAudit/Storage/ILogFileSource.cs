namespace ImmutableAudit.Storage;

/// <summary>Where the files of a tiled log lie: what differs between a directory and a URL, and nothing more.</summary>
internal interface ILogFileSource
{
    /// <summary>Reads the beginning of a file: all of it where it is not longer than <paramref name="atMost"/> bytes.</summary>
    /// <param name="path">The file's path below the log's root, with <c>/</c> between its parts.</param>
    /// <param name="atMost">Most bytes to hand out; what comes behind them is not read, however much it is.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>The bytes, or <see langword="null"/> where there is no such file.</returns>
    /// <exception cref="AuditLogUnreadableException">It could not be found out.</exception>
    ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, int atMost, CancellationToken cancellationToken);

    /// <summary>The file's full name, for messages.</summary>
    string Locate(string path);
}

/// <summary>Where the files of a log lie, close by.</summary>
internal interface ILocalFileSource : ILogFileSource
{
    /// <summary>Opens a file for reading, so that a writer may replace or delete it meanwhile; <see langword="null"/> where there is none.</summary>
    /// <exception cref="AuditLogUnreadableException">It could not be found out.</exception>
    ILocalFile? Open(string path);

    /// <summary>Reads a file from a position on, as much as there is and there is room for.</summary>
    /// <param name="path">The file's path below the log's root, with <c>/</c> between its parts.</param>
    /// <param name="position">Where to begin.</param>
    /// <param name="destination">Takes the bytes.</param>
    /// <param name="enough">How many suffice: whether more are there need not be asked again.</param>
    /// <returns>How many bytes, or -1 where there is no such file.</returns>
    /// <exception cref="AuditLogUnreadableException">It could not be found out.</exception>
    int Read(string path, long position, Span<byte> destination, int enough);
}

/// <summary>An open file of a log close by. What cannot be read is an <see cref="AuditLogUnreadableException"/>.</summary>
internal interface ILocalFile : IDisposable
{
    /// <summary>How many bytes it has.</summary>
    long Length { get; }

    /// <summary>Reads from a position on, as much as there is and there is room for; what is more than <paramref name="enough"/> only if it comes along.</summary>
    int Read(long position, Span<byte> destination, int enough);
}
