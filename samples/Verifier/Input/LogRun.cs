using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Verification;
using ImmutableAudit.Verifier.Output;

namespace ImmutableAudit.Verifier.Input;

/// <summary>A whole log, gone through once: verified where there is a key, otherwise as it is stored.</summary>
internal sealed class LogRun
{
    private readonly SignedCheckpoint? _claimed;

    private LogRun(LogVerificationResult? result, SignedCheckpoint? claimed)
    {
        Result = result;
        _claimed = claimed;
    }

    /// <summary>What verifying came to; <see langword="null"/> without a key.</summary>
    public LogVerificationResult? Result { get; }

    /// <summary>Whether signatures by a given key were checked and everything held.</summary>
    public bool IsVerified => Result is { Holds: true };

    /// <summary>Whether the log was verified and does not hold: what a visitor has seen counts for nothing.</summary>
    public bool HasFailed => Result is { Holds: false };

    /// <summary>The log's checkpoint, unless it was verified and does not hold.</summary>
    public Checkpoint Head => (Result?.Checkpoint ?? _claimed)!.Checkpoint;

    /// <summary>The given keys that signed it.</summary>
    public IReadOnlyList<INoteVerifier> Signers => Result?.Signers ?? [];

    /// <summary>Goes through a log.</summary>
    /// <param name="screen">Where a bar is shown.</param>
    /// <param name="log">The log.</param>
    /// <param name="keys">The keys to trust; with none, nothing is verified.</param>
    /// <param name="visitor">Sees all entries.</param>
    /// <param name="quiet">Whether no bar is shown.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<LogRun> ReadAsync(
        Screen screen, ILogReader log, IReadOnlyList<INoteVerifier> keys, IEntryVisitor visitor, bool quiet, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return new LogRun(null, await screen.WatchAsync(
                "Reading", quiet, progress => UnverifiedLog.ReadAsync(log, visitor, progress, cancellationToken)));
        }

        var verifier = new LogVerifier(log, new LogVerificationOptions { Keys = keys });
        return new LogRun(await screen.WatchAsync("Verifying", quiet, progress => verifier.VerifyAsync(visitor, progress, cancellationToken)), null);
    }
}
