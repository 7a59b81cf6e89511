using Microsoft.Extensions.Logging;

namespace ImmutableAudit.Privilege;

/// <summary>What the least-privilege layer tells operators.</summary>
internal static partial class GuardMessages
{
    [LoggerMessage(40, LogLevel.Error, "{Count} summaries could not be recorded in the log '{Origin}'. They are kept, and tried again.")]
    public static partial void SummaryFailed(ILogger logger, string origin, int count, Exception exception);

    [LoggerMessage(41, LogLevel.Information, "Policy '{Application}' version {Version} is in force by entry {Index} of the log '{Origin}'.")]
    public static partial void PolicyInForce(ILogger logger, string origin, string application, int version, long index);

    [LoggerMessage(42, LogLevel.Warning, "Policy '{Application}', {Id}: {Finding}")]
    public static partial void Finding(ILogger logger, string application, string id, string finding);

    [LoggerMessage(44, LogLevel.Warning, "What others have appended to the log '{Origin}' could not be followed, or what has ended could not be told. It is tried again.")]
    public static partial void NotKeptUp(ILogger logger, string origin, Exception exception);

    [LoggerMessage(45, LogLevel.Warning, "Version {Version} of the policy of '{Application}' waits for a live grant for policy.deploy on policy '{Digest}'. Until then the policy of entry {Index} stays in force.")]
    public static partial void PolicyWaits(ILogger logger, string application, long version, string digest, long index);

    [LoggerMessage(46, LogLevel.Warning, "The changed policy of '{Application}' could not be deployed under its grant. It is tried again.")]
    public static partial void PolicyNotDeployed(ILogger logger, string application, Exception exception);

    [LoggerMessage(43, LogLevel.Error, "The changed policy of '{Application}' was not taken. What was in force stays in force.")]
    public static partial void PolicyRefused(ILogger logger, string application, Exception exception);
}
