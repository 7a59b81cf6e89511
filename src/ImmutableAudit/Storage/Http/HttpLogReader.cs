using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.Http;

/// <summary>
/// Reads a published log from a web server that serves the files of C2SP tlog-tiles below a URL. Any static server does.
/// </summary>
/// <remarks>
/// <para>Thread-safe. The server is not trusted: what it sends is bounded in size and time, compressed answers included, and
/// authenticated by whoever checks it against a signed checkpoint. Plain <c>http</c> therefore loses confidentiality only.</para>
/// <para>A file that is not there is one for which the server answers 404 or 410. Every other answer but 200 is an
/// <see cref="AuditLogUnreadableException"/> that names URL and status.</para>
/// </remarks>
public sealed class HttpLogReader : ILogReader
{
    private static readonly HttpClient Shared = new(new SocketsHttpHandler
    {
        // Decompressing is ours, so that it is bounded.
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        MaxAutomaticRedirections = 5,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly LogFiles _files;

    /// <summary>Reads the log below a URL over connections that all readers of the process share.</summary>
    /// <param name="address">An absolute <c>http</c> or <c>https</c> URL without user name, query or fragment: <c>checkpoint</c> lies directly below it.</param>
    /// <param name="options">How patiently to ask.</param>
    /// <exception cref="ArgumentException">The URL is not of that form, or an option is outside its range.</exception>
    public HttpLogReader(Uri address, HttpLogReaderOptions? options = null)
        : this(address, Shared, options)
    {
    }

    /// <summary>Reads the log below a URL with a client that the caller has set up (credentials, proxy) and disposes of.</summary>
    /// <inheritdoc cref="HttpLogReader(Uri, HttpLogReaderOptions?)"/>
    /// <param name="address">An absolute <c>http</c> or <c>https</c> URL without user name, query or fragment: <c>checkpoint</c> lies directly below it.</param>
    /// <param name="client">The client; its own timeout applies besides <see cref="HttpLogReaderOptions.RequestTimeout"/>.</param>
    /// <param name="options">How patiently to ask.</param>
    public HttpLogReader(Uri address, HttpClient client, HttpLogReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(client);
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException("The address of a log is an absolute http or https URL.", nameof(address));
        }

        if (address.UserInfo.Length > 0)
        {
            // Not repeated in the message, which may end in a log.
            throw new ArgumentException("The address of a log carries no user name or password: give credentials to the HttpClient.", nameof(address));
        }

        if (address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            // Not repeated either: a query may be what lets in.
            throw new ArgumentException($"The address of a log has no query and no fragment: '{address.GetLeftPart(UriPartial.Path)}'.", nameof(address));
        }

        options ??= new HttpLogReaderOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAttempts, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RequestTimeout, TimeSpan.FromMilliseconds(1), nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.RequestTimeout, HttpLogReaderOptions.LongestRequestTimeout, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RetryDelay, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.RetryDelay, HttpLogReaderOptions.LongestRetryDelay, nameof(options));

        Address = address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
        _files = new LogFiles(new HttpFileSource(Address, client, options));
    }

    /// <summary>The URL, ending in a slash.</summary>
    public Uri Address { get; }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) =>
        _files.ReadCheckpointAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default) =>
        _files.ReadTileAsync(tile, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(
        EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        _files.ReadEntryBundleAsync(bundle, cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Address.AbsoluteUri;
}
