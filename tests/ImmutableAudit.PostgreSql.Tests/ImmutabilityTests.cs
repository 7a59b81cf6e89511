using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Storage.PostgreSql;
using Npgsql;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>What the database itself refuses, whoever asks.</summary>
[Collection(ServerTests.Name)]
public sealed class ImmutabilityTests(ServerFixture fixture)
{
    private const string NoRight = PostgresErrorCodes.InsufficientPrivilege;
    private const string Overtaken = "IA001";
    private const string OtherTile = "IA002";
    private const string Refused = "IA003";
    private const string Check = PostgresErrorCodes.CheckViolation;
    private const string Null = PostgresErrorCodes.NotNullViolation;
    private static readonly string[] Tables = ["schema_version", "log", "head", "checkpoint", "entry", "tile"];

    [ServerFact]
    public async Task A_writer_changes_nothing_but_by_appending_and_an_auditor_nothing_at_all()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await WriteAsync(schema, 300);
        foreach (var user in new[] { schema.Writer, schema.Auditor })
        {
            await using var source = NpgsqlDataSource.Create(user);
            foreach (var table in Tables)
            {
                await using (var read = source.CreateCommand(schema.In($"SELECT * FROM {{schema}}.{table}")))
                {
                    await read.ExecuteNonQueryAsync();
                }

                var column = table == "schema_version" ? "version" : table is "entry" or "tile" ? "index" : table == "log" ? "partition_size" : "log";
                await RefusedAsync(source, schema, NoRight, $"INSERT INTO {{schema}}.{table} DEFAULT VALUES");
                await RefusedAsync(source, schema, NoRight, $"UPDATE {{schema}}.{table} SET {column} = 7");
                await RefusedAsync(source, schema, NoRight, $"DELETE FROM {{schema}}.{table}");
                await RefusedAsync(source, schema, NoRight, $"TRUNCATE {{schema}}.{table}");
                await RefusedAsync(source, schema, NoRight, $"ALTER TABLE {{schema}}.{table} DISABLE TRIGGER ALL");
                await RefusedAsync(source, schema, NoRight, $"DROP TABLE {{schema}}.{table}");
            }

            await RefusedAsync(source, schema, NoRight, "SELECT * FROM {schema}.head FOR UPDATE");
            await RefusedAsync(source, schema, NoRight, "DELETE FROM {schema}.entry_1_0");
            await RefusedAsync(source, schema, NoRight, "SELECT {schema}.add_partition(1, 10240000, 20480000)");
            await RefusedAsync(source, schema, NoRight, "CREATE TABLE {schema}.mine (a int)");
            await RefusedAsync(source, schema, NoRight, "SET ROLE {schema}_owner");
            await RefusedAsync(source, schema, NoRight, "SET session_replication_role = replica");
        }

        await using var auditor = NpgsqlDataSource.Create(schema.Auditor);
        await RefusedAsync(auditor, schema, NoRight, "SELECT {schema}.begin_log('mine', 256)");
        await RefusedAsync(auditor, schema, NoRight, "SELECT {schema}.open_commit(1, '1s', '1s')");
        await RefusedAsync(auditor, schema, NoRight, "SELECT {schema}.append(1, 300, '{a}', 0, -1, '', 0)");
        await RefusedAsync(auditor, schema, NoRight, "SELECT {schema}.confirm(1, '1s')");
        await RefusedAsync(auditor, schema, NoRight, "SELECT {schema}.put_tiles(1, '{0}', '{0}', '{a}')");
        await RefusedAsync(auditor, schema, NoRight, "SELECT {schema}.publish(1, 301, 'a', '{}', '{}', '{}')");
        await UnchangedAsync(schema, 300);
    }

    [ServerFact]
    public async Task A_schema_is_not_made_where_somebody_could_be_its_owner()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(more: "Pooling=false"));
        foreach (var (made, mended) in new[]
        {
            ("CREATE ROLE mine_owner LOGIN", "ALTER ROLE mine_owner NOLOGIN"),
            ("CREATE ROLE other; GRANT mine_owner TO other", "REVOKE mine_owner FROM other"),
        })
        {
            await server.ExecuteAsync(made);
            Assert.Contains("mine_owner", (await Assert.ThrowsAsync<AuditLogException>(() => PostgreSqlSchema.CreateAsync(source, "mine"))).Message);
            Assert.False(await server.AskAsync<bool>("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'mine')"));
            await server.ExecuteAsync(mended);
        }

        Assert.True(await PostgreSqlSchema.CreateAsync(source, "mine"));
    }

    [ServerFact]
    public async Task A_writer_moves_the_head_only_forward_and_only_by_what_it_appends()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await WriteAsync(schema, 300);
        var time = await schema.AskAsync<long>("SELECT last_time FROM {schema}.head");
        var epoch = await schema.AskAsync<long>("SELECT epoch FROM {schema}.head");
        await using var writer = NpgsqlDataSource.Create(schema.Writer);

        // 300 is 256 + 32 + 8 + 4: four roots; 301 has five.
        const string Range = "decode(repeat('00', 160), 'hex')";
        Task AppendAsync(string state, string size = "300", string entries = "'{a}'", string? last = null, string privilege = "-1", string range = Range, string log = "1", string? at = null) =>
            RefusedAsync(writer, schema, state, $"SELECT {{schema}}.append({log}, {size}, {entries}, {last ?? $"{time}"}, {privilege}, {range}, {at ?? $"{epoch}"})");
        await AppendAsync(Overtaken, at: $"{epoch - 1}");
        await AppendAsync(Overtaken, at: $"{epoch + 1}");
        await AppendAsync(Overtaken, at: "NULL");
        await AppendAsync(Overtaken, size: "299");
        await AppendAsync(Overtaken, size: "301");
        await AppendAsync(Overtaken, size: "0");
        await AppendAsync(Overtaken, size: "-1");
        await AppendAsync(Overtaken, size: "NULL");
        await AppendAsync(Overtaken, entries: "'{}'", range: "decode(repeat('00', 128), 'hex')");
        await AppendAsync(Overtaken, entries: "NULL");
        await AppendAsync(Overtaken, log: "2");
        await AppendAsync(Overtaken, log: "NULL");
        await AppendAsync(Null, entries: "'{NULL}'");
        await AppendAsync(Check, entries: "ARRAY[convert_to(repeat('a', 65536), 'UTF8')]");
        await AppendAsync(Refused, last: $"{time - 1}");
        await AppendAsync(Null, last: "NULL");
        await AppendAsync(Refused, last: $"{DateTime.UtcNow.AddHours(2).Ticks}");
        await AppendAsync(Refused, last: $"{DateTime.MaxValue.Ticks}");
        await AppendAsync(Refused, privilege: "-2");
        await AppendAsync(Refused, privilege: "301");
        await AppendAsync(Null, privilege: "NULL");
        await AppendAsync(Refused, range: "decode(repeat('00', 159), 'hex')");
        await AppendAsync(Refused, range: "decode(repeat('00', 128), 'hex')");
        await AppendAsync(Refused, range: "decode(repeat('00', 192), 'hex')");
        await AppendAsync(Refused, range: "''");
        await AppendAsync(Null, range: "NULL");
        Assert.Equal(300, await schema.AskAsync<long>("SELECT count(*) FROM {schema}.entry"));

        // The same with nothing wrong is taken; the log's own writer then finds that it does not add up, and signs none of it.
        await using (var append = writer.CreateCommand(schema.In($"SELECT {{schema}}.append(1, 300, '{{a}}', {time}, 300, {Range}, {epoch})")))
        {
            await append.ExecuteNonQueryAsync();
        }

        await RefusedAsync(writer, schema, Refused, $"SELECT {{schema}}.append(1, 301, '{{a}}', {time}, 299, decode(repeat('00', 160), 'hex'), {epoch})");
        await Assert.ThrowsAsync<AuditLogCorruptException>(() => schema.OpenAsync());
    }

    [ServerFact]
    public async Task A_writer_stores_no_other_tiles_and_publishes_nothing_older_or_of_another_log()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await WriteAsync(schema, 300);
        await using (var log = await schema.OpenAsync(configure: options => options.CheckpointInterval = TimeSpan.FromDays(1)))
        {
            await log.AppendAsync([.. Enumerable.Range(300, 10).Select(i => TestSchema.Event(i))]);
            await using var writer = NpgsqlDataSource.Create(schema.Writer);
            const string Hash = "decode(repeat('ab', 32), 'hex')";
            const string Stored = "(SELECT data FROM {schema}.tile WHERE level = 0 AND index = 1)";
            Task PutAsync(string state, string data, string level = "0", string index = "1", string log = "1") =>
                RefusedAsync(writer, schema, state, $"SELECT {{schema}}.put_tiles({log}, ARRAY[{level}]::smallint[], ARRAY[{index}]::bigint[], ARRAY[{data}]::bytea[])");
            await PutAsync(OtherTile, Hash);
            await PutAsync(OtherTile, $"set_byte({Stored}, 0, get_byte({Stored}, 0) # 1)");
            await PutAsync(OtherTile, $"set_byte({Stored}, 0, get_byte({Stored}, 0) # 1) || {Hash}");
            await PutAsync(OtherTile, Hash, level: "1", index: "0");
            await PutAsync(Refused, $"{Stored} || decode(repeat('00', 352), 'hex')"); // Eleven more: ten are committed.
            await PutAsync(Refused, Hash, index: "2");
            await PutAsync(Refused, Hash, level: "2", index: "0");
            await PutAsync(Check, $"{Stored} || decode('00', 'hex')");
            await PutAsync(Check, Hash, level: "0", index: "-1");
            await PutAsync(Null, "NULL");
            await PutAsync(Null, Hash, level: "NULL");

            var note = await schema.AskAsync<byte[]>("SELECT note FROM {schema}.checkpoint");
            Task PublishAsync(string state, string size, string text) =>
                RefusedAsync(writer, schema, state, $"SELECT {{schema}}.publish(1, {size}, {text}, '{{}}', '{{}}', '{{}}')");
            await PublishAsync(Refused, "310", "convert_to(E'test.example/lob\\n310\\n', 'UTF8')");
            await PublishAsync(Refused, "310", "convert_to(E'test.example/log\\n309\\n', 'UTF8')");
            await PublishAsync(Refused, "310", "convert_to(E'test.example/log\\n3100\\n', 'UTF8')");
            await PublishAsync(Refused, "310", "''");
            await PublishAsync(Refused, "310", "NULL");
            await PublishAsync(Refused, "311", "convert_to(E'test.example/log\\n311\\n', 'UTF8')");
            await PublishAsync(Refused, "NULL", "convert_to(E'test.example/log\\n310\\n', 'UTF8')");
            foreach (var size in new[] { "300", "299", "0", "-1" })
            {
                // Not newer: the one that is published is what is answered.
                Assert.Equal(note, await AskAsync(writer, schema, $"SELECT {{schema}}.publish(1, {size}, 'x', '{{}}', '{{}}', '{{}}')"));
            }

            await log.FlushAsync();
        }

        await UnchangedAsync(schema, 310);
    }

    [ServerFact]
    public async Task The_owner_and_a_superuser_are_refused_as_long_as_the_triggers_are_there()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await WriteAsync(schema, 300);
        await using var superuser = NpgsqlDataSource.Create(schema.Server.ConnectionString());
        foreach (var role in new[] { "postgres", "{schema}_owner" })
        {
            foreach (var (state, sql) in new[]
            {
                (Refused, "UPDATE {schema}.entry SET data = 'x' WHERE index = 3"),
                (Refused, "UPDATE {schema}.entry_1_0 SET data = 'x' WHERE index = 3"),
                (Refused, "DELETE FROM {schema}.entry WHERE index = 3"),
                (Refused, "DELETE FROM {schema}.entry_1_0 WHERE index = 3"),
                (Refused, "TRUNCATE {schema}.entry"),
                (Refused, "TRUNCATE {schema}.entry_1_0"),
                (Refused, "UPDATE {schema}.log SET origin = 'x'"),
                (Refused, "DELETE FROM {schema}.log"),
                (Refused, "TRUNCATE {schema}.log CASCADE"),
                (Refused, "UPDATE {schema}.head SET size = 299"),
                (Refused, "UPDATE {schema}.head SET last_time = last_time + 1"),
                (Refused, "UPDATE {schema}.head SET privilege_head = 3"),
                (Refused, "UPDATE {schema}.head SET range = decode(repeat('00', 128), 'hex')"),
                (Refused, "UPDATE {schema}.head SET room = 256"),
                (Refused, "UPDATE {schema}.head SET epoch = epoch - 1"),
                (Refused, "UPDATE {schema}.head SET log = 2"),
                (Refused, "DELETE FROM {schema}.head"),
                (Refused, "TRUNCATE {schema}.head"),
                (Refused, "UPDATE {schema}.checkpoint SET size = 299"),
                (Refused, "UPDATE {schema}.checkpoint SET note = 'x'"),
                (Refused, "UPDATE {schema}.checkpoint SET note = NULL, size = 301"),
                (Refused, "DELETE FROM {schema}.checkpoint"),
                (Refused, "TRUNCATE {schema}.checkpoint"),
                (OtherTile, "UPDATE {schema}.tile SET data = substring(data FOR 32)"),
                (OtherTile, "UPDATE {schema}.tile SET index = 7"),
                (Refused, "DELETE FROM {schema}.tile"),
                (Refused, "TRUNCATE {schema}.tile"),
            })
            {
                await RefusedAsync(superuser, schema, state, $"SET ROLE {role}; {sql}");
            }
        }

        await UnchangedAsync(schema, 300);
    }

    private static async Task WriteAsync(TestSchema schema, int count)
    {
        await using var log = await schema.OpenAsync();
        await log.AppendAsync([.. Enumerable.Range(0, count).Select(i => TestSchema.Event(i))]);
    }

    private static async Task RefusedAsync(NpgsqlDataSource source, TestSchema schema, string state, string sql)
    {
        await using var command = source.CreateCommand(schema.In(sql));
        try
        {
            await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException e) when (e.SqlState == state)
        {
            return;
        }
        catch (PostgresException e)
        {
            Assert.Fail($"{sql} was refused with {e.SqlState}: {e.MessageText}");
        }

        Assert.Fail($"{sql} was not refused.");
    }

    private static async Task<object?> AskAsync(NpgsqlDataSource source, TestSchema schema, string sql)
    {
        await using var command = source.CreateCommand(schema.In(sql));
        return await command.ExecuteScalarAsync();
    }

    private static async Task UnchangedAsync(TestSchema schema, long size)
    {
        var result = await schema.VerifyAsync();
        Assert.True(result.Holds, result.ToString());
        Assert.Equal(size, result.Checkpoint.Checkpoint.Size);
        await using var log = await schema.OpenAsync();
        Assert.Equal(size, (await log.AppendAsync(TestSchema.Event(size))).Index);
    }
}
