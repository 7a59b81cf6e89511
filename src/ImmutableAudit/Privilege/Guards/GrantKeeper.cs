namespace ImmutableAudit.Privilege;

/// <summary>
/// Keeps up: follows what other processes append where storage is shared, and tells what has come to its end by itself
/// (PRIVILEGE.md P17, P21). Nothing depends on it: what has ended does not hold, told or not, and recorded decisions are
/// conditional.
/// </summary>
internal sealed class GrantKeeper(GuardServices guard) : IAsyncDisposable
{
    /// <summary>Looked at again so often at least, since clocks are set and storage fails.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>How far the clock that stamps entries was behind this host's, where by that nothing has ended yet that is to be told.</summary>
    private TimeSpan _behind;

    /// <summary>Begins, on the pool and in nobody's context (PRIVILEGE.md P11).</summary>
    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _loop = Task.Run(RunAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var changed = guard.Engine.Changed;
            var failed = false;
            try
            {
                // What this process itself appended may not be followed yet, where storage failed at it.
                if (guard.Log.IsShared || guard.Log.PrivilegeHead > guard.Engine.Basis.Head)
                {
                    // Who ends this may hold up the very commit that an answer waits for.
                    await guard.Engine.FollowAsync(_stop.Token).WaitAsync(_stop.Token).ConfigureAwait(false);
                }

                while (await TellAsync().ConfigureAwait(false))
                {
                    // One by one: each is judged on the one before.
                }
            }
            catch (Exception e)
            {
                // Whatever storage throws: this goes on for as long as the host does.
                failed = !_stop.IsCancellationRequested;
                if (failed)
                {
                    GuardMessages.NotKeptUp(guard.Logger, guard.Log.Origin, e);
                }
            }

            await WaitAsync(changed, failed).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> TellAsync()
    {
        _behind = TimeSpan.Zero;
        if (guard.Engine.Basis.NextEnd is not { } end || end > guard.Engine.Now)
        {
            return false;
        }

        // Of another application's grants its own host tells.
        var written = await guard.Grants.WriteAsync(
            moment => moment.Book.Due(moment.Time).FirstOrDefault(record => record.Application == moment.Application) is { } due ? TellAct.Of(due) : null,
            refuse: null,
            _stop.Token).ConfigureAwait(false);
        if (written.Refusal is { } refusal)
        {
            throw new InvalidOperationException($"What has ended by itself cannot be told. {refusal.Text}");
        }

        _behind = written.Act is null ? guard.Engine.Now - written.Before.Time : TimeSpan.Zero;
        return written.Act is not null;
    }

    private async Task WaitAsync(Task changed, bool failed)
    {
        var wait = guard.Log.IsShared || failed ? guard.Options.FollowInterval : LookAgain;
        if (guard.Engine.IfAny?.NextEnd is { } end && end - (guard.Engine.Now - _behind) is var left && left < wait)
        {
            if (left <= TimeSpan.Zero && !failed)
            {
                return;
            }

            wait = left > TimeSpan.Zero ? left + TimeSpan.FromMilliseconds(1) : wait;
        }

        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var delay = Task.Delay(wait, guard.Log.TimeProvider, stopped.Token);
        await (failed ? delay : Task.WhenAny(changed, delay)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (delay.IsCompletedSuccessfully)
        {
            guard.Engine.DeployIfGranted();
        }

        await stopped.CancelAsync().ConfigureAwait(false);
    }
}
