using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// Lets one instance at a time integrate and publish: what several do at the same moment, each does for the same entries. A courtesy, on which
/// nothing rests but speed: whoever waits for too long goes on without, and who holds it and stands still is given up by the server.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class PublishingTurn(NpgsqlDataSource dataSource, Statements sql, int log) : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>A pool must have connections left for what is done in the turn.</summary>
    private const int SmallestPool = 8;

    private readonly bool _isPossible = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString) is { Pooling: false } or { MaxPoolSize: >= SmallestPool };
    private NpgsqlConnection? _connection;

    /// <summary>Waits for the others, for a while.</summary>
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync().ConfigureAwait(false);
        if (!_isPossible)
        {
            return;
        }

        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        wait.CancelAfter(2 * LongestWait);
        try
        {
            _connection = await dataSource.OpenConnectionAsync(wait.Token).ConfigureAwait(false);
            var batch = new NpgsqlBatch(_connection)
            {
                BatchCommands = { new(CommitConnection.Begin), new(sql.WaitToPublish), new(sql.TakePublishing) { Parameters = { Parameter.Of(log) } } },
            };
            await using var _ = batch.ConfigureAwait(false);
            await batch.ExecuteNonQueryAsync(wait.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (Faults.IsOfServer(e) || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Whoever has it takes long, or the server does not answer, which what comes next will say.
            await DisposeAsync().ConfigureAwait(false);
            Faults.ThrowIfCancelled(e, cancellationToken);
        }
    }

    /// <summary>Lets the next go on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_connection is not { } connection)
        {
            return;
        }

        _connection = null;
        await using var _ = connection.ConfigureAwait(false); // Whatever comes of the following, the server ends its transaction with it.
        try
        {
            var command = new NpgsqlCommand("ROLLBACK", connection);
            await using var __ = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (Faults.IsOfServer(e) || e is InvalidOperationException)
        {
            // It was given up by the server, or was never begun.
        }
    }
}
