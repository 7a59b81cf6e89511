using Microsoft.Extensions.Logging;

namespace ImmutableAudit.Log;

/// <summary>What a log reports. Never the content of an entry, never a key.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Information, "The audit log {Origin} is open: {Size} entries, {Published} of them published")]
    public static partial void Opened(ILogger logger, string origin, long size, long published);

    [LoggerMessage(2, LogLevel.Information, "The audit log {Origin} is closed at size {Size}")]
    public static partial void Closed(ILogger logger, string origin, long size);

    [LoggerMessage(3, LogLevel.Warning, "No checkpoint of the audit log {Origin} is remembered apart from it: if the log is put back to an earlier state, its writer will not notice. Name a directory with RememberCheckpointsIn")]
    public static partial void NoObserver(ILogger logger, string origin);

    [LoggerMessage(4, LogLevel.Debug, "Published a checkpoint of size {Size}")]
    public static partial void Published(ILogger logger, long size);

    [LoggerMessage(5, LogLevel.Error, "Publishing failed with {Unpublished} committed entries unpublished; it is tried again in {Delay}")]
    public static partial void PublicationFailed(ILogger logger, long unpublished, TimeSpan delay, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "The checkpoint of size {Size} is published, but an observer could not remember it")]
    public static partial void ObservationFailed(ILogger logger, long size, Exception exception);

    [LoggerMessage(7, LogLevel.Error, "A commit of {Appends} appends failed with its outcome unknown; the log is recovering")]
    public static partial void OutcomeUnknown(ILogger logger, int appends, Exception exception);

    [LoggerMessage(8, LogLevel.Error, "Recovery failed; it is tried again in {Delay}")]
    public static partial void RecoveryFailed(ILogger logger, TimeSpan delay, Exception exception);

    [LoggerMessage(9, LogLevel.Warning, "Recovered at size {Size}; {DroppedBytes} bytes behind it, of commits that had not reached the disk whole, were dropped and kept aside")]
    public static partial void Recovered(ILogger logger, long size, long droppedBytes);

    [LoggerMessage(10, LogLevel.Critical, "The log is faulted and takes no more entries")]
    public static partial void Faulted(ILogger logger, Exception exception);

    [LoggerMessage(11, LogLevel.Warning, "The journal is full; appends wait until something is published")]
    public static partial void StorageFull(ILogger logger);

    [LoggerMessage(13, LogLevel.Error, "{Posts} events that were posted, for which nobody waits, could not be committed")]
    public static partial void PostsFailed(ILogger logger, int posts, Exception exception);

    [LoggerMessage(14, LogLevel.Error, "An outcome cannot be put on record; this run ends without log.closed, and the outcome is unknown")]
    public static partial void OutcomeLost(ILogger logger, Exception exception);

    [LoggerMessage(15, LogLevel.Warning, "{Acts} acts have not ended while the log closes; this run ends without log.closed, and their outcome is unknown")]
    public static partial void OutcomesMissing(ILogger logger, int acts);

    [LoggerMessage(16, LogLevel.Error, "The sink is in doubt about what was committed before; the log is recovering")]
    public static partial void InDoubt(ILogger logger, Exception exception);

    [LoggerMessage(12, LogLevel.Error, "The log {Origin} could not be closed in order; what was acknowledged and flushed is found again when it is opened")]
    public static partial void ClosingFailed(ILogger logger, string origin, Exception exception);
}
