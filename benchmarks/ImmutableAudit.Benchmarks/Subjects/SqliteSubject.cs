using ImmutableAudit.Benchmarks.Measuring;
using Microsoft.Data.Sqlite;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>A table in SQLite, as durable as ours: write-ahead log, <c>synchronous=FULL</c>.</summary>
/// <param name="batch">Entries in each transaction.</param>
internal sealed class SqliteSubject(int batch) : ISubject
{
    public string Name => batch == 1 ? "sqlite" : "sqlite-batch";

    public string NotDone => "Not tamper-evident: no hash, no signature, no proof; rows can be changed and deleted. "
        + (batch == 1 ? "One transaction for each entry." : $"One caller that has {batch:N0} entries at hand, not {batch:N0} callers.");

    public async Task<Sample> RunAsync(Workload workload)
    {
        long rows;
        Sample sample;
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(workload.Directory, "audit.db")};Pooling=False"))
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode=WAL");
            Execute(connection, "PRAGMA synchronous=FULL");
            Execute(connection, "CREATE TABLE audit (id INTEGER PRIMARY KEY, entry BLOB NOT NULL)");
            using var insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO audit (entry) VALUES ($entry)";
            insert.Parameters.AddWithValue("$entry", BenchmarkEntry.Bytes);
            insert.Prepare();
            sample = await TurnLoop.RunAsync(workload, batch, batch == 1 ? () => insert.ExecuteNonQuery() : () => Insert(connection, insert));
            rows = (long)Execute(connection, "SELECT COUNT(*) FROM audit")!;
        }

        return sample with { BytesPerEntry = (double)DiskUse.Of(workload.Directory) / rows };
    }

    private void Insert(SqliteConnection connection, SqliteCommand insert)
    {
        using var transaction = connection.BeginTransaction();
        insert.Transaction = transaction;
        for (var i = 0; i < batch; i++)
        {
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private static object? Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
