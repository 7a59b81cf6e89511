using System.Runtime.CompilerServices;
using ImmutableAudit.Log;

namespace ImmutableAudit.Privilege;

/// <summary>Takes attempts through: decide, record, and once more where what was decided on has moved. Thread-safe.</summary>
internal sealed class AttemptRecorder(GuardServices guard)
{
    /// <summary>Completes when the decision is durable, or counted.</summary>
    /// <exception cref="AccessDeniedException">It is denied.</exception>
    /// <exception cref="AuditUnavailableException">It is not on record.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<GuardedCall> EnterAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (guard.Store is { } store)
        {
            await attempt.LookUpAsync(store, cancellationToken).ConfigureAwait(false);
        }

        if (attempt.IsStale)
        {
            await FollowAsync(attempt, null, cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            attempt.Decide();
            var recorded = await RecordAsync(attempt, cancellationToken).ConfigureAwait(false);
            if (attempt.Conclude(recorded, cancellationToken) is { } call)
            {
                return call;
            }

            await FollowAsync(attempt, recorded.Decision.Head, Withdrawing(attempt, cancellationToken)).ConfigureAwait(false);
        }
    }

    /// <summary>The same, and blocks meanwhile (PRIVILEGE.md P10).</summary>
    /// <inheritdoc cref="EnterAsync" path="/exception"/>
    public GuardedCall Enter(Attempt attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (guard.Store is { } store)
        {
            Task.Run(() => attempt.LookUpAsync(store, cancellationToken).AsTask(), cancellationToken).GetAwaiter().GetResult();
        }

        if (attempt.IsStale)
        {
            Task.Run(() => FollowAsync(attempt, null, cancellationToken), cancellationToken).GetAwaiter().GetResult();
        }

        while (true)
        {
            attempt.Decide();
            var recorded = Record(attempt, cancellationToken);
            if (attempt.Conclude(recorded, cancellationToken) is { } call)
            {
                return call;
            }

            var withdrawing = Withdrawing(attempt, cancellationToken);
            Task.Run(() => FollowAsync(attempt, recorded.Decision.Head, withdrawing), withdrawing).GetAwaiter().GetResult();
        }
    }

    private async Task FollowAsync(Attempt attempt, LogHead? head, CancellationToken cancellationToken)
    {
        try
        {
            await (head is { } known ? guard.Engine.FollowAsync(known, cancellationToken) : guard.Engine.FollowAsync(cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuditException or ObjectDisposedException)
        {
            throw attempt.Unavailable(e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BegunAct> RecordAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if (attempt.Entry is not { } entry)
        {
            return default;
        }

        try
        {
            return attempt.OwesOutcome
                ? await guard.Log.BeginAsync(entry, attempt.StillHolds, cancellationToken).ConfigureAwait(false)
                : new BegunAct(await guard.Log.AppendAsync(entry, attempt.StillHolds, Withdrawing(attempt, cancellationToken)).ConfigureAwait(false), null);
        }
        catch (AuditException e)
        {
            throw attempt.Unavailable(e);
        }
    }

    private BegunAct Record(Attempt attempt, CancellationToken cancellationToken)
    {
        if (attempt.Entry is not { } entry)
        {
            return default;
        }

        try
        {
            return attempt.OwesOutcome
                ? guard.Log.Begin(entry, attempt.StillHolds, cancellationToken)
                : new BegunAct(guard.Log.Append(entry, attempt.StillHolds, Withdrawing(attempt, cancellationToken)), null);
        }
        catch (AuditException e)
        {
            throw attempt.Unavailable(e);
        }
    }

    /// <summary>A denial goes on record even if its caller gives up: an attempt was made.</summary>
    private static CancellationToken Withdrawing(Attempt attempt, CancellationToken cancellationToken) =>
        attempt.Decision.Allowed ? cancellationToken : CancellationToken.None;
}
