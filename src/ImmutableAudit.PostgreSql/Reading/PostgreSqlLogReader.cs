using ImmutableAudit.Tiles;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>Reads a log that is published in a PostgreSQL database: all that an auditor needs, who logs in with the auditor role.</summary>
/// <remarks>Thread-safe. Disposing gives its connections back.</remarks>
public sealed class PostgreSqlLogReader : ILogReader, IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly StoredLog _log;

    private PostgreSqlLogReader(NpgsqlDataSource dataSource, StoredLog log)
    {
        _dataSource = dataSource;
        _log = log;
    }

    /// <summary>Finds a log in a database.</summary>
    /// <param name="connectionString">
    /// A connection string of Npgsql, or a URI like <c>postgresql://auditor@db.example/app</c>. The password may come from the environment
    /// (<c>PGPASSWORD</c>) or from a password file.
    /// </param>
    /// <param name="origin">The log's name; <see langword="null"/> where the schema holds only one.</param>
    /// <param name="schema">The database schema that holds it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">The connection string or the schema's name is not one.</exception>
    /// <exception cref="AuditLogUnreadableException">The server cannot be reached, the role may not read, or there is no such log.</exception>
    /// <exception cref="AuditLogMismatchException">The schema is not one of this package, or of another version.</exception>
    public static async Task<PostgreSqlLogReader> OpenAsync(
        string connectionString, string? origin = null, string schema = PostgreSqlSchema.DefaultName, CancellationToken cancellationToken = default)
    {
        PostgreSqlSchema.CheckName(schema, nameof(schema));
        var sql = new Statements(schema);
        var dataSource = DataSources.Create(connectionString, writes: false);
        try
        {
            var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            await PostgreSqlSchema.CheckVersionAsync(connection, sql, cancellationToken).ConfigureAwait(false);
            origin ??= await OnlyOriginAsync(connection, sql, cancellationToken).ConfigureAwait(false);
            var log = await Logs.FindAsync(connection, sql, origin, cancellationToken).ConfigureAwait(false)
                ?? throw new AuditLogUnreadableException($"The database '{connection.Database}' has no log '{Logs.Printable(origin)}' in its schema '{schema}'.");
            return new PostgreSqlLogReader(dataSource, new StoredLog(dataSource, sql, log, Logs.Describe(connection, origin)));
        }
        catch (Exception e)
        {
            await dataSource.DisposeAsync().ConfigureAwait(false);
            if (Faults.IsOfServer(e))
            {
                Faults.ThrowIfCancelled(e, cancellationToken);
                throw new AuditLogUnreadableException($"The logs in the schema '{schema}' cannot be read: {Faults.Describe(e)}", e);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) => _log.ReadCheckpointAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default) =>
        _log.ReadTileAsync(tile, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken = default) =>
        _log.ReadEntryBundleAsync(bundle, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    /// <summary>The log and its database, without what it takes to log in.</summary>
    public override string ToString() => _log.ToString();

    private static async Task<string> OnlyOriginAsync(NpgsqlConnection connection, Statements sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql.Origins, connection);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var origins = new List<string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            origins.Add(reader.GetString(0));
        }

        return origins.Count == 1
            ? origins[0]
            : throw new AuditLogUnreadableException(origins.Count == 0
                ? $"The database '{connection.Database}' has no log in its schema '{sql.Schema}' yet."
                : $"The database '{connection.Database}' has several logs; name the one that is meant: {string.Join(", ", origins.Select(Logs.Printable))}.");
    }
}
