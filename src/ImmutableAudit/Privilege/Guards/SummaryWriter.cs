namespace ImmutableAudit.Privilege;

/// <summary>Records at intervals what is only counted: use (PRIVILEGE.md P5) and floods of equal denials (P7).</summary>
internal sealed class SummaryWriter(GuardServices guard) : IAsyncDisposable
{
    private const int EntriesPerAppend = 256;

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

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
        guard.Flood.Close();
        guard.Use.Ledger.Close();
        await WriteAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(guard.Options.SummaryInterval, guard.Log.TimeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                await WriteAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed; what is left is written there.
        }
    }

    private async Task WriteAsync()
    {
        var session = guard.Log.Session;
        foreach (var denials in guard.Flood.Drain().Chunk(EntriesPerAppend))
        {
            if (!await AppendAsync(Array.ConvertAll(denials, drained => AccessEntries.OfFlood(session, drained.Denial, drained.Count))).ConfigureAwait(false))
            {
                Array.ForEach(denials, drained => guard.Flood.Return(drained.Denial, drained.Count));
            }
        }

        foreach (var uses in guard.Use.Ledger.Drain().Chunk(EntriesPerAppend))
        {
            var entries = Array.ConvertAll(uses, use =>
                AccessEntries.OfUse(session, use.Subject, guard.Engine.Catalogue[use.Permission].Permission, use.Uses));
            if (!await AppendAsync(entries).ConfigureAwait(false))
            {
                Array.ForEach(uses, use => guard.Use.Ledger.Return(use.Subject, use.Permission, use.Uses));
            }
        }
    }

    /// <summary>Where it is not known whether they are in the log they are taken to be: counting twice would say what nobody did.</summary>
    private async Task<bool> AppendAsync(AuditEvent[] entries)
    {
        try
        {
            await guard.Log.AppendAsync(entries).ConfigureAwait(false);
            return true;
        }
        catch (AuditException e)
        {
            GuardMessages.SummaryFailed(guard.Logger, guard.Log.Origin, entries.Length, e);
            return e is AuditOutcomeUnknownException;
        }
    }
}
