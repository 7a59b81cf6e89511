using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// What the sink reports: messages, and on the meter <c>ImmutableAudit.PostgreSql</c> the counters <c>immutableaudit.postgresql.retries</c> and
/// <c>immutableaudit.postgresql.lost_answers</c>, with the log's origin as <c>log.origin</c>.
/// </summary>
internal sealed partial class SinkReports(ILogger logger, string origin) : IDisposable
{
    private readonly Meter _meter = new("ImmutableAudit.PostgreSql");
    private readonly KeyValuePair<string, object?> _origin = new("log.origin", origin);
    private Counter<long>? _retries;
    private Counter<long>? _lostAnswers;

    private Counter<long> Retries => _retries ??= _meter.CreateCounter<long>("immutableaudit.postgresql.retries", "{attempt}", "Commits tried again after the server could not be reached or called a transaction off");

    private Counter<long> LostAnswers => _lostAnswers ??= _meter.CreateCounter<long>("immutableaudit.postgresql.lost_answers", "{commit}", "Commits whose answer was lost, and read back");

    public void Retried(Exception exception)
    {
        Retries.Add(1, _origin);
        Retried(logger, origin, exception);
    }

    public void LostAnswer(Exception exception)
    {
        LostAnswers.Add(1, _origin);
        LostAnswer(logger, origin, exception);
    }

    public void NotWatching(Exception exception) => NotWatching(logger, origin, exception);

    public void NotFlushing() => NotFlushing(logger, origin);

    public void Dispose() => _meter.Dispose();

    [LoggerMessage(101, LogLevel.Warning, "A commit to the audit log {Origin} is tried again")]
    private static partial void Retried(ILogger logger, string origin, Exception exception);

    [LoggerMessage(102, LogLevel.Warning, "The connection broke while a commit to the audit log {Origin} was under way; what became of it is read back")]
    private static partial void LostAnswer(ILogger logger, string origin, Exception exception);

    [LoggerMessage(103, LogLevel.Warning, "What others append to the audit log {Origin} cannot be watched; it is tried again")]
    private static partial void NotWatching(ILogger logger, string origin, Exception exception);

    [LoggerMessage(104, LogLevel.Critical, "The server of the audit log {Origin} runs with fsync = off: what it acknowledges is lost when its machine fails")]
    private static partial void NotFlushing(ILogger logger, string origin);
}
