using ImmutableAudit.Benchmarks.Measuring;
using Npgsql;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>A table in PostgreSQL, one transaction for each entry; the server groups the commits of its connections.</summary>
/// <param name="connectionString">The server and a database in which a table may be made; <see langword="null"/> where there is none.</param>
internal sealed class PostgreSqlSubject(string? connectionString) : ISubject
{
    /// <summary>Producers beyond this share connections: a server takes about a hundred.</summary>
    private const int MaxConnections = 64;

    private const string Table = "immutableaudit_benchmark";

    public string Name => "postgresql";

    public string NotDone => "Not tamper-evident: no hash, no signature, no proof; rows can be changed and deleted. "
        + $"At most {MaxConnections} connections. Writes where its server does.";

    public string? Obstacle => connectionString is null ? "no server given (--postgres)" : null;

    public async Task<Sample> RunAsync(Workload workload)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = Math.Min(workload.Producers + 1, MaxConnections),
            MaxAutoPrepare = 4,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            Timeout = 60,
        };
        await using var server = NpgsqlDataSource.Create(settings);
        await ExecuteAsync(server, $"DROP TABLE IF EXISTS {Table}");
        await ExecuteAsync(server, $"CREATE TABLE {Table} (id bigserial PRIMARY KEY, entry bytea NOT NULL)");
        try
        {
            var sample = await Producers.RunAsync(workload, () => InsertAsync(server));
            await using var size = server.CreateCommand($"SELECT pg_total_relation_size('{Table}')::float8 / count(*) FROM {Table}");
            return sample with { BytesPerEntry = (double?)await size.ExecuteScalarAsync() };
        }
        finally
        {
            await ExecuteAsync(server, $"DROP TABLE {Table}");
        }
    }

    private static async ValueTask<int> InsertAsync(NpgsqlDataSource server)
    {
        await using var insert = server.CreateCommand($"INSERT INTO {Table} (entry) VALUES ($1)");
        insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = BenchmarkEntry.Bytes });
        return await insert.ExecuteNonQueryAsync();
    }

    private static async Task ExecuteAsync(NpgsqlDataSource server, string sql)
    {
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
