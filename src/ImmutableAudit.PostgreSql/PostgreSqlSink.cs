using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// Keeps a log in a PostgreSQL database, which several application instances append to at once: one order, no forks. README.md says how.
/// </summary>
/// <remarks>
/// <para>The schema is made before, by <see cref="PostgreSqlSchema"/>. The application logs in with the writer role, which can read and append, and
/// nothing else.</para>
/// <para>Two connections are held, one for commits and one to hear of others' entries; reading and publishing take more from the pool.</para>
/// <para>Time is the server's clock. An entry that was acknowledged is on the server's disk, and on its synchronous standbys'
/// where it has some.</para>
/// </remarks>
public sealed class PostgreSqlSink : IAuditSink
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly bool _ownsDataSource;
    private readonly PostgreSqlSinkOptions _options;
    private readonly Statements _sql;
    private Opened? _opened;
    private SinkReports? _reports;
    private string _origin = "";
    private IReadOnlyList<INoteVerifier> _acceptedKeys = [];
    private EntryTimeReader? _timeReader;
    private string _name = "the log";

    /// <summary>Names the database. Nothing is asked of it before the log is opened.</summary>
    /// <param name="connectionString">
    /// A connection string of Npgsql, with several hosts where a standby may take over (<c>Host=db1,db2</c>: the one that takes writes is found), or a
    /// URI like <c>postgresql://app@db.example/app</c>.
    /// </param>
    /// <param name="options">How to keep the log.</param>
    /// <exception cref="ArgumentException">It is not a connection string, or an option is out of range.</exception>
    public PostgreSqlSink(string connectionString, PostgreSqlSinkOptions? options = null)
        : this(DataSources.Create(connectionString, writes: true), options, ownsDataSource: true)
    {
    }

    /// <summary>Names the database. Nothing is asked of it before the log is opened.</summary>
    /// <param name="dataSource">Connects to a server that takes writes; it stays the caller's to dispose.</param>
    /// <param name="options">How to keep the log.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public PostgreSqlSink(NpgsqlDataSource dataSource, PostgreSqlSinkOptions? options = null)
        : this(dataSource, options, ownsDataSource: false)
    {
    }

    private PostgreSqlSink(NpgsqlDataSource dataSource, PostgreSqlSinkOptions? options, bool ownsDataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
        _ownsDataSource = ownsDataSource;
        _options = options ?? new PostgreSqlSinkOptions();
        _options.Validate();
        _sql = new Statements(_options.Schema);
    }

    /// <inheritdoc/>
    public bool IsDurable => true;

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public long CommittedSize => _opened?.Watch.Size ?? 0;

    private Opened Open => _opened ?? throw new InvalidOperationException("The sink is not open for writing.");

    /// <inheritdoc/>
    public async ValueTask ClaimAsync(SinkContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_reports is not null)
        {
            throw new InvalidOperationException("The sink is open already. Give each log a sink of its own; they may share a database.");
        }

        try
        {
            var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            await PostgreSqlSchema.CheckVersionAsync(connection, _sql, cancellationToken).ConfigureAwait(false);
            _reports = new SinkReports(context.Logger, context.Origin);
            _origin = context.Origin;
            (_acceptedKeys, _timeReader) = (context.AcceptedKeys, context.TimeReader);
            _name = Logs.Describe(connection, context.Origin);
            await CheckServerAsync(connection, cancellationToken).ConfigureAwait(false);
            if (await Logs.FindAsync(connection, _sql, context.Origin, cancellationToken).ConfigureAwait(false) is { } log)
            {
                _opened = Begin(log);
            }
        }
        catch (Exception e) when (Faults.IsOfServer(e))
        {
            Faults.ThrowIfCancelled(e, cancellationToken);
            throw NotWritable(e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<SinkRecovery> RecoverAsync(CompactRange? published, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_reports is null, this);
        try
        {
            var opened = _opened ??= Begin(await BeginLogAsync(cancellationToken).ConfigureAwait(false));
            var head = await Task.Run(opened.Committer.Confirm, cancellationToken).ConfigureAwait(false);
            if (published is not null)
            {
                await RecoverAsync(opened, head, published, cancellationToken).ConfigureAwait(false);
            }
            else if (head.Size > 0 && await opened.Log.ReadCheckpointAsync(cancellationToken).ConfigureAwait(false) is null)
            {
                throw new AuditLogCorruptException($"There are entries of {_name}, but no checkpoint: it was removed. Nothing was changed. Restore the database.");
            }

            opened.Watch.Advance(head.Size);
            return new SinkRecovery(head.Head);
        }
        catch (Exception e) when (Faults.IsOfServer(e))
        {
            Faults.ThrowIfCancelled(e, cancellationToken);
            throw NotWritable(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IAuditCommit> OpenCommitAsync(CancellationToken cancellationToken) => new(Open.Committer.Open());

    /// <inheritdoc/>
    public async ValueTask<CompactRange> IntegrateAsync(CancellationToken cancellationToken)
    {
        var opened = Open;
        var range = await opened.Integrator.IntegrateAsync(cancellationToken).ConfigureAwait(false);
        opened.Watch.Advance(range.Size);
        return range;
    }

    /// <inheritdoc/>
    public ValueTask<SignedCheckpoint?> PublishAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return Open.Integrator.PublishAsync(checkpoint, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<CommittedEntries?> ReadCommittedAsync(long index, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var opened = Open;
        var known = opened.Watch.Size;
        var first = index - (index % TileCoordinate.FullWidth);
        var (count, bytes) = await ReadAsync().ConfigureAwait(false);
        if (first + count > index)
        {
            opened.Watch.Advance(first + count);
            return new CommittedEntries(first, count, bytes);
        }

        return index >= known ? null : throw new AuditLogUnreadableException($"Entry {index} of {_name} is gone. Verify the log.");

        async ValueTask<(int Count, ReadOnlyMemory<byte> Bytes)> ReadAsync()
        {
            try
            {
                return await opened.Log.ReadEntriesAsync(first, first + TileCoordinate.FullWidth, cancellationToken).ConfigureAwait(false);
            }
            catch (AuditFormatException e)
            {
                throw new AuditLogUnreadableException($"{_name}: {e.Message}", e);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) =>
        _opened?.Log.ReadCheckpointAsync(cancellationToken) ?? default;

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default) =>
        _opened?.Log.ReadTileAsync(tile, cancellationToken) ?? default;

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        _opened?.Log.ReadEntryBundleAsync(bundle, cancellationToken) ?? default;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var opened = _opened;
        _opened = null;
        if (opened is not null)
        {
            await opened.Watch.DisposeAsync().ConfigureAwait(false);
            await opened.Integrator.DisposeAsync().ConfigureAwait(false);
            opened.Committer.Dispose();
        }

        _reports?.Dispose();
        _reports = null;
        if (_ownsDataSource)
        {
            await _dataSource.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What is stored must be what this process knows of: the published tree, the entries behind it, and what it has committed.</summary>
    private static async ValueTask RecoverAsync(Opened opened, StoredHead head, CompactRange published, CancellationToken cancellationToken)
    {
        if (published.Size > head.Size)
        {
            throw new AuditLogCorruptException(
                $"{opened.Log} has {head.Size} entries, but {published.Size} are published: the database was put back in parts. Nothing was changed.");
        }

        var newest = await opened.Integrator.ReadPublishedAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new AuditLogCorruptException($"The checkpoint of {opened.Log} is gone. Nothing was changed. Restore the database.");
        await opened.Integrator.CheckExtendsAsync(newest, published, cancellationToken).ConfigureAwait(false);
        await opened.Integrator.CheckExtendsOwnAsync(newest, published.Size, cancellationToken).ConfigureAwait(false);
        opened.Integrator.Begin(published);
        await opened.Integrator.SurveyAsync(published, cancellationToken).ConfigureAwait(false);
    }

    private Opened Begin(int log)
    {
        var stored = new StoredLog(_dataSource, _sql, log, _name);
        var watch = new SizeWatch(_dataSource, _sql, log, _options.PollInterval, _reports!);
        var own = new OwnTrees();
        var committer = new Committer(
            () => CommitConnection.Connect(_dataSource, _sql, log, _options.MaxCommitTime), watch, own, _options, _reports!);
        return new Opened(stored, committer, new Integrator(_dataSource, _sql, log, stored, own, Check, _timeReader), watch);
    }

    /// <summary>Makes sure that an accepted key has signed what others published.</summary>
    private void Check(SignedCheckpoint published)
    {
        if (_acceptedKeys.Count > 0)
        {
            published.Verify(_origin, _acceptedKeys);
        }
    }

    private async Task<int> BeginLogAsync(CancellationToken cancellationToken)
    {
        var command = _dataSource.CreateCommand(_sql.BeginLog);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(Parameter.Of(_origin));
        command.Parameters.Add(Parameter.Of(_options.PartitionSize));
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Refuses a server that takes no writes, before anything is promised; says where one does not flush.</summary>
    private async Task CheckServerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            "SELECT pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only') = 'on', pg_catalog.current_setting('fsync') = 'off'", connection);
        await using var _ = command.ConfigureAwait(false);
        var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = row.ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (row.GetBoolean(0))
        {
            throw new AuditLogException($"{_name} cannot be written to: the server is a standby, or takes no writes. Connect to the primary; with several hosts in the connection string, it is found.");
        }

        if (row.GetBoolean(1))
        {
            _reports!.NotFlushing();
        }
    }

    private AuditLogException NotWritable(Exception e) => new($"{_name} cannot be opened: {Faults.Describe(e)} Nothing was changed.", e);

    /// <summary>What belongs to one log once it is found.</summary>
    private sealed record Opened(StoredLog Log, Committer Committer, Integrator Integrator, SizeWatch Watch);
}
