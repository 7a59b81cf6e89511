using ImmutableAudit.Storage.PostgreSql;
using Npgsql;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>A schema for logs, made for one run and dropped after it.</summary>
internal sealed class BenchmarkSchema : IAsyncDisposable
{
    private const string Name = "immutableaudit_benchmark";

    private readonly NpgsqlDataSource _server;

    private BenchmarkSchema(NpgsqlDataSource server) => _server = server;

    public static async Task<BenchmarkSchema> CreateAsync(string server)
    {
        var schema = new BenchmarkSchema(NpgsqlDataSource.Create(server));
        await schema.DropAsync();
        await PostgreSqlSchema.CreateAsync(schema._server, Name);
        return schema;
    }

    public static PostgreSqlSink Sink(string server) => new(server, new PostgreSqlSinkOptions { Schema = Name });

    public static Task<PostgreSqlLogReader> ReadAsync(string server) => PostgreSqlLogReader.OpenAsync(server, schema: Name);

    /// <summary>Bytes on disk for each entry, rows, indexes and tiles together.</summary>
    public async Task<double?> BytesPerEntryAsync()
    {
        await using var command = _server.CreateCommand(
            $"SELECT sum(pg_total_relation_size(c.oid))::float8 / (SELECT greatest(size, 1) FROM {Name}.head) FROM pg_class c WHERE relnamespace = '{Name}'::regnamespace AND relkind = 'r'");
        return (double?)await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync();
        await _server.DisposeAsync();
    }

    private async Task DropAsync()
    {
        await using var drop = _server.CreateCommand($"DROP SCHEMA IF EXISTS {Name} CASCADE; DROP ROLE IF EXISTS {Name}_owner, {Name}_writer, {Name}_auditor");
        await drop.ExecuteNonQueryAsync();
    }
}
