using System.Net;
using System.Net.Sockets;
using System.Transactions;
using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Storage.PostgreSql;
using Npgsql;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>Whatever is wrong with the database is said, or overcome; never with the password.</summary>
[Collection(ServerTests.Name)]
public sealed class BadInputTests(ServerFixture fixture)
{
    private const string Password = "pa55word-of-the-application";

    [ServerFact]
    public async Task A_database_without_the_schema_or_with_another_version_of_it_is_refused()
    {
        using var schema = await fixture.CreateSchemaAsync();
        Assert.Contains("CreateAsync", (await Assert.ThrowsAsync<AuditLogMismatchException>(() => schema.OpenAsync(options => options.Schema = "nothing_here"))).Message);
        await using var administrator = NpgsqlDataSource.Create(schema.Server.ConnectionString());
        Assert.False(await PostgreSqlSchema.CreateAsync(administrator, schema.Name));
        foreach (var (change, expected) in new[]
        {
            ("UPDATE {schema}.schema_version SET version = 2", "Use a newer package"),
            ("UPDATE {schema}.schema_version SET version = 0", "Run the script"),
            ("DROP TABLE {schema}.schema_version", "Create the schema first"),
        })
        {
            await schema.ExecuteAsync(change);
            Assert.Contains(expected, (await Assert.ThrowsAsync<AuditLogMismatchException>(() => schema.OpenAsync())).Message);
            await Assert.ThrowsAsync<AuditLogMismatchException>(schema.ReadAsync);
            await Assert.ThrowsAsync<AuditLogMismatchException>(() => PostgreSqlSchema.CreateAsync(administrator, schema.Name));
        }
    }

    [ServerFact]
    public async Task A_schema_may_be_named_like_a_word_of_the_language()
    {
        foreach (var name in new[] { "user", "select", "_" })
        {
            using var schema = await fixture.CreateSchemaAsync(name);
            await using var log = await schema.OpenAsync(sink => sink.PartitionSize = 256);
            await using var other = await schema.OpenAsync();
            await log.AppendAsync([.. Enumerable.Range(0, 300).Select(i => TestSchema.Event(i))]);
            Assert.Equal(300, (await other.AppendAsync(TestSchema.Event(300))).Index);
            await other.FlushAsync();
            Assert.True((await schema.VerifyAsync()).Holds);
        }
    }

    [Theory]
    [InlineData("pg_audit")]
    [InlineData("pg")]
    [InlineData("1st")]
    [InlineData("Audit")]
    [InlineData("a-b")]
    [InlineData("a\"b")]
    [InlineData("")]
    public void What_cannot_name_a_schema_is_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => PostgreSqlSchema.Script(name));
        Assert.Throws<ArgumentException>(() => new PostgreSqlSink("Host=localhost", new PostgreSqlSinkOptions { Schema = name }));
    }

    [ServerFact]
    public async Task Logs_of_other_names_do_not_meet_and_another_key_is_refused()
    {
        using var schema = await fixture.CreateSchemaAsync();
        using var stranger = TestSchema.CreateSigner(TestSchema.Origin);
        using var elsewhere = TestSchema.CreateSigner("test.example/other");
        await using var log = await schema.OpenAsync();
        await log.AppendAsync(TestSchema.Event(0));
        await log.FlushAsync();
        await Assert.ThrowsAsync<AuditLogMismatchException>(() => schema.OpenAsync(configure: options => Sign(options, stranger)));
        await using (var other = await schema.OpenAsync(configure: options => Sign(options, elsewhere)))
        {
            Assert.Equal(0, (await other.AppendAsync(TestSchema.Event(0))).Index);
            Assert.Equal(1, (await log.AppendAsync(TestSchema.Event(1))).Index);
            Assert.Equal(1, (await other.AppendAsync(TestSchema.Event(1))).Index);
        }

        Assert.Contains("test.example/other", (await Assert.ThrowsAsync<AuditLogUnreadableException>(() => PostgreSqlLogReader.OpenAsync(schema.Auditor, schema: schema.Name))).Message);
        await Assert.ThrowsAsync<AuditLogUnreadableException>(() => PostgreSqlLogReader.OpenAsync(schema.Auditor, "test.example/none", schema.Name));

        static void Sign(AuditLogOptions options, Checkpoints.INoteSigner signer)
        {
            options.Signers.Clear();
            options.Signers.Add(signer);
            options.Origin = signer.Verifier.Name;
        }
    }

    [ServerFact]
    public async Task A_role_that_may_not_is_told_what_to_grant()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await schema.ExecuteAsync("CREATE ROLE {schema}_nobody LOGIN; CREATE ROLE {schema}_reading LOGIN IN ROLE {schema}_writer; ALTER ROLE {schema}_reading SET default_transaction_read_only = on; CREATE ROLE {schema}_crowded LOGIN IN ROLE {schema}_writer CONNECTION LIMIT 1");
        foreach (var (user, expected) in new[] { ("nobody", "GRANT "), ("reads", "GRANT "), ("reading", "takes no writes"), ("crowded", "two connections"), ("none", "does not exist") })
        {
            await using var sink = new PostgreSqlSink(schema.Server.ConnectionString($"{schema.Name}_{user}"), schema.SinkOptions());
            var failure = await Assert.ThrowsAnyAsync<AuditException>(() => AuditLog.OpenAsync(schema.LogOptions(sink)));
            Assert.Contains(expected, failure.Message);
        }

        Assert.Contains("GRANT ", (await Assert.ThrowsAsync<AuditLogUnreadableException>(
            () => PostgreSqlLogReader.OpenAsync(schema.Server.ConnectionString(schema.In("{schema}_nobody")), TestSchema.Origin, schema.Name))).Message);
        Assert.Equal(0, await schema.AskAsync<long>("SELECT count(*) FROM {schema}.entry"));
    }

    [ServerFact]
    public async Task A_server_that_cannot_be_had_is_said_without_the_password()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await schema.Server.ExecuteAsync($"CREATE DATABASE {PostgreSqlServer.SecuredDatabase}");
        await schema.ExecuteAsync("ALTER ROLE {schema}_app PASSWORD 'another'");
        var user = schema.In("{schema}_app");
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();
        foreach (var connection in new[]
        {
            schema.Server.ConnectionString(user, $"Password={Password};Database={PostgreSqlServer.SecuredDatabase}"),
            $"postgresql://{user}:{Password}@127.0.0.1:{schema.Server.Port}/{PostgreSqlServer.SecuredDatabase}",
            $"Host=127.0.0.1;Port={port};Username={user};Password={Password}",
            $"Host=127.0.0.1:{port},127.0.0.1:{port};Username={user};Password={Password}",
            $"Host=database.invalid;Username={user};Password={Password}",
            $"Host=127.0.0.1;Port={schema.Server.Port};Username={user};Password={Password};Database=none",
        })
        {
            await using var sink = new PostgreSqlSink(connection, schema.SinkOptions());
            var failure = await Assert.ThrowsAsync<AuditLogException>(() => AuditLog.OpenAsync(schema.LogOptions(sink)));
            Assert.DoesNotContain(Password, failure.ToString());
            Assert.DoesNotContain(Password, (await Assert.ThrowsAsync<AuditLogUnreadableException>(() => PostgreSqlLogReader.OpenAsync(connection))).ToString());
        }

        foreach (var connection in new[] { $"Host=a;Pasword={Password}", $"Password={Password};Port=x", $"{Password}", $"postgresql://u:{Password}@h:x/", $"postgresql://u:{Password}@h/d?nonsense=1" })
        {
            Assert.DoesNotContain(Password, Assert.ThrowsAny<ArgumentException>(() => new PostgreSqlSink(connection)).ToString());
        }
    }

    [ServerFact]
    public async Task What_the_server_calls_off_is_tried_again_and_counted()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync();
        await InjectAsync(schema);
        var index = 0;
        foreach (var state in new[] { "40001", "40P01", "55P03", "57014", "IA001" })
        {
            using var counted = new Counted();
            await FailAsync(schema, state, 3);
            Assert.Equal(index++, (await log.AppendAsync(TestSchema.Event(index))).Index);
            Assert.True(counted.Retries >= 3, $"{state}: {counted.Retries}");
        }
    }

    [ServerFact]
    public async Task What_the_server_goes_on_refusing_fails_the_append_alone()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync(options => options.RetryTime = TimeSpan.FromMilliseconds(200));
        await InjectAsync(schema);
        foreach (var (state, expected) in new[] { ("40001", "40001"), ("53100", "Free space"), ("58030", "58030"), ("25006", "standby"), ("42501", "GRANT"), ("XX000", "XX000") })
        {
            await FailAsync(schema, state, int.MaxValue);
            Assert.Contains(expected, (await Assert.ThrowsAsync<AuditUnavailableException>(() => log.AppendAsync(TestSchema.Event(0)).AsTask())).Message);
        }

        await FailAsync(schema, "00000", 0);
        Assert.Equal(0, (await log.AppendAsync(TestSchema.Event(0))).Index);
    }

    [ServerFact]
    public async Task A_head_that_somebody_locks_is_waited_for_so_long()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var patient = await schema.OpenAsync(options => options.MaxCommitTime = TimeSpan.FromMilliseconds(100));
        await using var hasty = await schema.OpenAsync(options => (options.MaxCommitTime, options.RetryTime) = (TimeSpan.FromMilliseconds(100), TimeSpan.Zero));
        await using var connection = new NpgsqlConnection(schema.Server.ConnectionString());
        await connection.OpenAsync();
        await using (var locking = await connection.BeginTransactionAsync())
        {
            await using var command = new NpgsqlCommand(schema.In("SELECT size FROM {schema}.head FOR UPDATE"), connection, locking);
            await command.ExecuteNonQueryAsync();
            await Assert.ThrowsAsync<AuditUnavailableException>(() => hasty.AppendAsync(TestSchema.Event(0)).AsTask());
            using var counted = new Counted();
            var appended = patient.AppendAsync(TestSchema.Event(0)).AsTask();
            await Until.TrueAsync(() => counted.Retries >= 2, "it is tried again");
            Assert.False(appended.IsCompleted);
            await locking.RollbackAsync();
            Assert.Equal(0, (await appended).Index);
        }

        Assert.Equal(1, (await hasty.AppendAsync(TestSchema.Event(1))).Index);
    }

    [ServerFact]
    public async Task Settings_of_the_role_or_of_the_connection_do_not_matter()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await schema.ExecuteAsync(
            "ALTER ROLE {schema}_app SET default_transaction_isolation = 'serializable'; ALTER ROLE {schema}_app SET synchronous_commit = off; ALTER ROLE {schema}_app SET idle_session_timeout = '100ms'; ALTER ROLE {schema}_app SET search_path = 'pg_temp'; ALTER ROLE {schema}_app SET bytea_output = 'escape'; ALTER ROLE {schema}_app SET timezone = 'Asia/Kathmandu'; ALTER ROLE {schema}_app SET datestyle = 'German'");
        await using var source = NpgsqlDataSource.Create(schema.Server.ConnectionString());
        await using var idle = source.CreateCommand(schema.In("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename = '{schema}_app' AND query LIKE '%COMMIT%')"));
        await using var log = await OpenAsync();
        await using var other = await OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(2 * i, (await log.AppendAsync(TestSchema.Event(0))).Index);
            Assert.Equal((2 * i) + 1, (await other.AppendAsync(TestSchema.Event(0))).Index);
            await Until.TrueAsync(async () => (bool)(await idle.ExecuteScalarAsync())!, "the server has given up the idle connections");
        }

        await using (var producers = new Producers(3, log, other))
        {
            await producers.GoOnAsync(300);
            await producers.StopAsync();
            Assert.Equal(0, producers.Failed);
        }

        Assert.True((DateTimeOffset.UtcNow - (await log.AppendAsync(TestSchema.Event(0))).Time).Duration() < TimeSpan.FromMinutes(10));
        await Until.TrueAsync(async () => await Record.ExceptionAsync(() => log.FlushAsync().AsTask()) is null, "it is published");
        Assert.True((await schema.VerifyAsync()).Holds);

        Task<AuditLog> OpenAsync() => AuditLog.OpenAsync(schema.LogOptions(new PostgreSqlSink($"{schema.Writer};Multiplexing=true;Keepalive=1", schema.SinkOptions())));
    }

    [ServerFact]
    public async Task Writers_do_not_get_into_each_others_way_by_the_databases_isolation_level()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await schema.ExecuteAsync("ALTER ROLE {schema}_app SET default_transaction_isolation = 'serializable'");
        await using var log = await schema.OpenAsync();
        await using var other = await schema.OpenAsync();
        using var counted = new Counted();
        await using var producers = new Producers(3, log, other);
        await producers.GoOnAsync(300);
        await producers.CheckAsync(schema, log);
        Assert.Equal((0, 0), (producers.Failed, counted.Retries));
    }

    [ServerFact]
    public Task What_is_appended_stays_where_the_callers_transaction_is_rolled_back() => RollBackAsync(isDataSourceOfCaller: false);

    [ServerFact]
    public Task The_same_where_the_data_source_is_the_callers_own() => RollBackAsync(isDataSourceOfCaller: true);

    private async Task RollBackAsync(bool isDataSourceOfCaller)
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var source = NpgsqlDataSource.Create(schema.Writer);
        AuditLog log;
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            log = isDataSourceOfCaller
                ? await AuditLog.OpenAsync(schema.LogOptions(new PostgreSqlSink(source, schema.SinkOptions())))
                : await schema.OpenAsync();
            await log.AppendAsync([.. Enumerable.Range(0, 300).Select(i => TestSchema.Event(i))]);
            Assert.True((await log.ProveAsync(7)).Verify([schema.Signer.Verifier]).Holds);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                await foreach (var entry in log.ReadAsync())
                {
                    Assert.Equal($"{entry.Index}", entry.Event.Resource!.Id);
                }
            }));
        }

        Assert.Equal(300, (await log.AppendAsync(TestSchema.Event(300))).Index);
        await log.DisposeAsync();
        Assert.Equal(301, await schema.AskAsync<long>("SELECT count(*) FROM {schema}.entry"));
        Assert.True((await schema.VerifyAsync()).Holds);
    }

    /// <summary>Makes the database fail as told: by a trigger that counts with a sequence, which no transaction takes back.</summary>
    private static Task InjectAsync(TestSchema schema) => schema.ExecuteAsync(
        """
        CREATE SEQUENCE {schema}.fault;
        CREATE TABLE {schema}.faults (state text, times int);
        INSERT INTO {schema}.faults VALUES ('00000', 0);
        CREATE FUNCTION {schema}.fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE
          told record;
        BEGIN
          SELECT * INTO told FROM {schema}.faults;
          IF nextval('{schema}.fault') <= told.times THEN
            RAISE EXCEPTION 'Told to fail.' USING ERRCODE = told.state;
          END IF;
          RETURN NULL;
        END
        $$;
        CREATE TRIGGER fails AFTER INSERT ON {schema}.entry FOR EACH STATEMENT EXECUTE FUNCTION {schema}.fail();
        """);

    private static Task FailAsync(TestSchema schema, string state, int times) =>
        schema.ExecuteAsync($"ALTER SEQUENCE {{schema}}.fault RESTART; UPDATE {{schema}}.faults SET state = '{state}', times = {times}");
}
