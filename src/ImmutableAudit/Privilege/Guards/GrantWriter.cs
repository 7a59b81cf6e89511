using ImmutableAudit.Log;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Puts on record what is done about requests and grants: judged on the newest state, and appended on the condition that it is
/// still the newest; otherwise judged again (PRIVILEGE.md P1). Thread-safe.
/// </summary>
internal sealed class GrantWriter(GuardServices guard)
{
    /// <summary>Stands for the entry that is not written yet.</summary>
    private static readonly AuditReference NotYet = new(long.MaxValue, default);

    /// <summary>Does something.</summary>
    /// <param name="make">Says what, on the state that it is judged on; <see langword="null"/> where nothing is to be done any more. Maybe called several times.</param>
    /// <param name="refuse">Makes the entry of a refusal; without, a refusal leaves no entry.</param>
    /// <param name="cancellationToken">Withdraws what is not appended yet.</param>
    /// <exception cref="AuditException">It could not be put on record.</exception>
    public async ValueTask<WrittenAct> WriteAsync(
        Func<GrantMoment, GrantAct?> make, Func<AccessBasis, GrantRefusal, AuditEvent?>? refuse, CancellationToken cancellationToken)
    {
        if (guard.Log.IsShared)
        {
            await UndoneAsync(guard.Engine.FollowAsync(cancellationToken)).ConfigureAwait(false);
        }

        var now = guard.Engine.Now;
        while (true)
        {
            var basis = guard.Engine.Basis;
            var moment = basis.At(now);
            if (make(moment) is not { } act)
            {
                return new WrittenAct(null, null, moment, default);
            }

            var verdict = GrantRules.Judge(act, moment, NotYet);
            var entry = verdict.Refusal is null
                ? GrantEntries.Of(act, moment.Policy.Resolve(act.Actor).Roles, basis.PolicyIndex, basis.Head, guard.Log.Session, CurrentTrace.Id)
                : refuse?.Invoke(basis, verdict.Refusal);
            if (entry is null)
            {
                return new WrittenAct(act, verdict.Refusal, moment, default);
            }

            // A refusal goes on record even if its caller gives up: an attempt was made.
            var withdrawing = verdict.Refusal is null ? cancellationToken : CancellationToken.None;
            var stamped = now;
            var result = await guard.Log.AppendAsync(
                entry,
                (head, time) =>
                {
                    stamped = time;
                    return head.PrivilegeHead == basis.Head && (verdict.Refusal is not null || (verdict.From <= time && time < verdict.Until));
                },
                withdrawing).ConfigureAwait(false);
            if (result.Holds && verdict.Refusal is { } refusal)
            {
                return new WrittenAct(act, refusal, moment, result.Receipt);
            }

            if (result.Holds)
            {
                guard.Engine.SeeTime(result.Receipt.Time);
                await DoneAsync(result.Receipt.Index, guard.Engine.FollowOwnAsync(result.PrivilegeHead)).ConfigureAwait(false);
                return new WrittenAct(act, null, moment, result.Receipt);
            }

            // By the log's own time from now on: storage that is shared may have another clock than this host.
            now = stamped;
            await UndoneAsync(guard.Engine.FollowAsync(result.Head, withdrawing)).ConfigureAwait(false);
        }
    }

    /// <summary>Reads what is needed before something is done.</summary>
    /// <exception cref="AuditUnavailableException">Storage fails; nothing was done.</exception>
    public static async Task UndoneAsync(Task reading)
    {
        try
        {
            await reading.ConfigureAwait(false);
        }
        catch (Exception e) when (IsFault(e))
        {
            throw new AuditUnavailableException($"Nothing was done: what is in force cannot be read. {e.Message}", e);
        }
    }

    /// <summary>Reads what has come of something that is on record.</summary>
    /// <exception cref="AuditOutcomeUnknownException">Storage fails; it was done all the same.</exception>
    public static async Task DoneAsync(long entry, Task reading)
    {
        try
        {
            await reading.ConfigureAwait(false);
        }
        catch (Exception e) when (IsFault(e))
        {
            throw new AuditOutcomeUnknownException($"It is on record as entry {entry}, but what came of it cannot be read: {e.Message} Look where the request stands.", e);
        }
    }

    /// <summary>What storage throws of its own, and a guard that has ended meanwhile.</summary>
    private static bool IsFault(Exception e) => e is not (AuditException or OperationCanceledException);
}

/// <summary>What became of something that was to be done.</summary>
/// <param name="Act">What it was, in the end; <see langword="null"/> where there was nothing to do any more.</param>
/// <param name="Refusal">Why it was not done.</param>
/// <param name="Before">What it was judged on.</param>
/// <param name="Receipt">Of its entry, or of that of its refusal.</param>
internal readonly record struct WrittenAct(GrantAct? Act, GrantRefusal? Refusal, GrantMoment Before, AuditReceipt Receipt);
