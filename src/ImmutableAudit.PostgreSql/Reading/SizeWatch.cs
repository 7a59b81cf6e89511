using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// Knows how many entries are committed, others' included: it is looked up whenever the server tells that there are more, and where it does not.
/// What a notification says is not asked: whoever can connect can send one.
/// </summary>
internal sealed class SizeWatch : IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _dataSource;
    private readonly Statements _sql;
    private readonly int _log;
    private readonly TimeSpan _pollInterval;
    private readonly SinkReports _reports;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _watching;
    private long _size;

    public SizeWatch(NpgsqlDataSource dataSource, Statements sql, int log, TimeSpan pollInterval, SinkReports reports)
    {
        _dataSource = dataSource;
        _sql = sql;
        _log = log;
        _pollInterval = pollInterval;
        _reports = reports;
        using (ExecutionContext.SuppressFlow())
        {
            _watching = Task.Run(WatchAsync);
        }
    }

    public long Size => Volatile.Read(ref _size);

    /// <summary>Somebody knows of a newer size.</summary>
    public void Advance(long size)
    {
        for (var known = Size; known < size;)
        {
            var found = Interlocked.CompareExchange(ref _size, size, known);
            if (found == known)
            {
                return;
            }

            known = found;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task WatchAsync()
    {
        for (var pause = _pollInterval; !_closing.IsCancellationRequested; pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestPause.Ticks)))
        {
            try
            {
                await ListenAsync(() => pause = _pollInterval).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _reports.NotWatching(e);
            }

            await Task.Delay(pause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(Action succeeded)
    {
        var connection = await _dataSource.OpenConnectionAsync(_closing.Token).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var isTold = false;
        connection.Notification += (_, _) => isTold = true;
        var listen = new NpgsqlCommand(_sql.Listen, connection);
        await using (listen.ConfigureAwait(false))
        {
            await listen.ExecuteNonQueryAsync(_closing.Token).ConfigureAwait(false);
        }

        var look = new NpgsqlCommand(_sql.Size, connection) { Parameters = { Parameter.Of(_log) } };
        await using var __ = look.ConfigureAwait(false);
        while (true)
        {
            isTold = false;
            if (await look.ExecuteScalarAsync(_closing.Token).ConfigureAwait(false) is long size)
            {
                Advance(size);
            }

            succeeded();
            if (!isTold) // While the server answered.
            {
                await connection.WaitAsync(_pollInterval, _closing.Token).ConfigureAwait(false);
            }
        }
    }
}
