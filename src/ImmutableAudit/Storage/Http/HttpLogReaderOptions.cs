namespace ImmutableAudit.Storage.Http;

/// <summary>How patiently an <see cref="HttpLogReader"/> asks.</summary>
public sealed class HttpLogReaderOptions
{
    internal static readonly TimeSpan LongestRequestTimeout = TimeSpan.FromDays(1);
    internal static readonly TimeSpan LongestRetryDelay = TimeSpan.FromHours(1);

    /// <summary>
    /// How long one request may take, from the first byte sent to the last byte of the body received; default 30 seconds.
    /// A server that sends its answer byte by byte is given up then, too. From one millisecond to one day.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a request is made at most while its failure may pass (a broken connection, 408, 429, 500 or above);
    /// default 3, at least 1. A request that ran out of time is not made again.
    /// </summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>
    /// The pause before the second attempt, doubled before each further one, up to one hour; default 200 milliseconds. From zero to
    /// one hour.
    /// </summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}
