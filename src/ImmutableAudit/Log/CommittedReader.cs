using System.Runtime.CompilerServices;

namespace ImmutableAudit.Log;

/// <summary>Reads committed entries, and waits for more. Thread-safe.</summary>
internal sealed class CommittedReader(LogServices log) : IDisposable
{
    private static readonly TimeSpan SharedPollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Never disposed: followers may still look at it, and there is nothing in it to give back.</summary>
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Ends what follows.</summary>
    public void Dispose() => _closed.Cancel();

    /// <inheritdoc cref="IAuditLogReader.ReadAsync"/>
    public async IAsyncEnumerable<AuditEntry> ReadAsync(
        long from, long? to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        var end = Math.Min(to ?? long.MaxValue, log.Sink.CommittedSize);
        for (var index = from; index < end;)
        {
            var run = await log.Sink.ReadCommittedAsync(index, cancellationToken).ConfigureAwait(false)
                ?? throw new AuditLogUnreadableException($"Entry {index} of the log '{log.Options.Origin}' is committed, but storage does not give it out.");
            foreach (var entry in run.From(index).TakeWhile(_ => index < end))
            {
                yield return AuditEntry.Decode(index++, entry);
            }
        }
    }

    /// <inheritdoc cref="IAuditLogReader.FollowAsync"/>
    public async IAsyncEnumerable<AuditEntry> FollowAsync(
        long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        while (true)
        {
            var change = log.Committed.Next;
            await foreach (var entry in ReadAsync(from, null, cancellationToken).ConfigureAwait(false))
            {
                from = entry.Index + 1;
                yield return entry;
            }

            try
            {
                // Others' entries in a shared sink are not signalled.
                var wait = log.Sink.IsShared ? SharedPollInterval : Timeout.InfiniteTimeSpan;
                await change.WaitAsync(wait, log.Options.TimeProvider, ending.Token).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Time to look.
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                yield break;
            }
        }
    }
}
