using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Storage.PostgreSql;
using ImmutableAudit.Verification;
using Npgsql;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>The server fails while producers append: nothing acknowledged is lost, nothing is there twice, and the log goes on by itself.</summary>
[Collection(ServerTests.Name)]
public sealed class ServerFailureTests(ServerFixture fixture)
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(2);

    [ServerFact]
    public async Task A_server_that_is_killed_and_comes_back_is_waited_for()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        using var schema = await TestSchema.CreateAsync(server, "killed");
        await using var log = await schema.OpenAsync(options => options.RetryTime = LongEnough);
        await using var other = await schema.OpenAsync(options => options.RetryTime = LongEnough);
        await using var producers = new Producers(4, log, other);
        for (var i = 0; i < 3; i++)
        {
            await producers.GoOnAsync(100);
            await server.StopAsync("immediate");
            await server.ContinueAsync();
        }

        await producers.GoOnAsync(100);
        Assert.Equal(0, producers.Failed);
        await producers.CheckAsync(schema, log);
    }

    [ServerFact]
    public async Task A_server_that_stays_away_fails_appends_until_it_is_back()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        using var schema = await TestSchema.CreateAsync(server, "away");
        await using var log = await schema.OpenAsync(options => options.RetryTime = TimeSpan.Zero);
        await using var producers = new Producers(4, log);
        await producers.GoOnAsync(100);
        await server.StopAsync("immediate");
        await Until.TrueAsync(() => producers.Failed > 0, "appends fail");
        await server.ContinueAsync();
        await producers.GoOnAsync(100);
        await producers.CheckAsync(schema, log);
    }

    [ServerFact]
    public async Task A_connection_that_ended_while_nothing_was_appended_is_made_again()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        using var schema = await TestSchema.CreateAsync(server, "idle");
        await using var log = await AuditLog.OpenAsync(
            schema.LogOptions(new PostgreSqlSink($"{schema.Writer};Keepalive=1", schema.SinkOptions(options => options.RetryTime = TimeSpan.Zero))));
        Assert.Equal(0, (await log.AppendAsync(TestSchema.Event(0))).Index);
        await server.StopAsync("immediate");
        await server.ContinueAsync();
        await Task.Delay(TimeSpan.FromSeconds(3)); // Npgsql looks every second, and finds the connection gone.
        Assert.Equal(1, (await log.AppendAsync(TestSchema.Event(1))).Index);
    }

    [ServerFact]
    public async Task Who_calls_off_the_waiting_for_a_standby_does_not_make_the_log_acknowledge_whatever_the_settings()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        using var schema = await TestSchema.CreateAsync(server, "waiting");
        await schema.ExecuteAsync("ALTER ROLE {schema}_app SET synchronous_commit = local; ALTER ROLE {schema}_app SET client_min_messages = error");
        await using var log = await schema.OpenAsync(configure: options => options.CheckpointInterval = TimeSpan.FromDays(1));
        await log.AppendAsync(TestSchema.Event(0));
        await schema.ExecuteAsync("CREATE TABLE {schema}.probe (x int)");
        await WaitForAsync("'nobody'");
        await Until.TrueAsync(HasBegunAsync, "the server heeds it");
        var appending = log.AppendAsync(TestSchema.Event(1)).AsTask();
        await Until.TrueAsync(() => server.AskAsync<bool>("SELECT coalesce(bool_or(pg_cancel_backend(pid)), false) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"), "it waits");
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(() => appending);

        // Nothing more is acknowledged before it is found out, which waits as well.
        await Until.TrueAsync(() => server.AskAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')"), "it waits again");
        await Assert.ThrowsAnyAsync<AuditLogException>(() => log.AppendAsync(TestSchema.Event(2)).AsTask());
        await WaitForAsync("''");
        await Until.TrueAsync(async () => await Record.ExceptionAsync(() => log.AppendAsync(TestSchema.Event(2)).AsTask()) is null, "it is found out");
        Assert.Equal("0 1 2", string.Join(' ', await log.ReadAsync().Select(entry => entry.Event.Resource!.Id).ToListAsync()));

        // It does in a moment: then whatever is committed waits.
        async Task<bool> HasBegunAsync()
        {
            var commit = schema.ExecuteAsync("INSERT INTO {schema}.probe VALUES (1)");
            var waited = false;
            while (!commit.IsCompleted)
            {
                waited |= await server.AskAsync<bool>("SELECT coalesce(bool_or(pg_cancel_backend(pid)), false) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
            }

            await commit;
            return waited;
        }

        async Task WaitForAsync(string names)
        {
            await server.ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = {names}");
            await server.ExecuteAsync("SELECT pg_reload_conf()");
        }
    }

    [ServerFact]
    public Task Connections_that_are_terminated_are_made_again() => DisturbAsync("pg_terminate_backend");

    [ServerFact]
    public Task Statements_that_are_cancelled_are_tried_again() => DisturbAsync("pg_cancel_backend");

    [ServerFact]
    public async Task A_synchronous_standby_that_takes_over_has_everything_that_was_acknowledged()
    {
        await using var primary = await PostgreSqlServer.StartAsync();
        await using var standby = await PostgreSqlServer.StartStandbyAsync(primary, "standby", "synchronous_standby_names = ''");
        await primary.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
        await primary.ExecuteAsync("SELECT pg_reload_conf()");
        await Until.TrueAsync(() => primary.AskAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')"), "the standby is synchronous");
        using var schema = await TestSchema.CreateAsync(primary, "standby");
        schema.Others.Add(standby);
        await using var log = await schema.OpenAsync(options => options.RetryTime = LongEnough);
        await using var other = await schema.OpenAsync(options => options.RetryTime = LongEnough);
        await using var producers = new Producers(4, log, other);
        await producers.GoOnAsync(200);

        // Until then it is read only.
        await using (var sink = new PostgreSqlSink(standby.ConnectionString("standby_app"), schema.SinkOptions()))
        {
            Assert.Contains("standby", (await Assert.ThrowsAsync<AuditLogException>(() => AuditLog.OpenAsync(schema.LogOptions(sink)))).Message);
        }

        await using (var reader = await PostgreSqlLogReader.OpenAsync(standby.ConnectionString("standby_reads"), TestSchema.Origin, schema.Name))
        {
            Assert.NotNull(await reader.ReadCheckpointAsync());
        }

        await primary.StopAsync("immediate");
        await standby.PromoteAsync();
        await producers.GoOnAsync(200);
        Assert.Equal(0, producers.Failed);
        await producers.CheckAsync(schema, log);
        Assert.Equal(log.LatestCheckpoint.Checkpoint.Size, await standby.AskAsync<long>("SELECT size FROM standby.head"));
    }

    [ServerFact]
    public async Task A_standby_that_is_behind_and_takes_over_is_not_gone_on_with()
    {
        var memory = Directory.CreateTempSubdirectory("immutableaudit-memory-").FullName;
        await using var primary = await PostgreSqlServer.StartAsync();
        using var schema = await TestSchema.CreateAsync(primary, "behind");
        schema.Memory = memory;
        await using var standby = await PostgreSqlServer.StartStandbyAsync(primary, "standby");
        schema.Others.Add(standby);

        await using var published = await schema.OpenAsync(options => options.RetryTime = LongEnough);
        await using var overtaken = await schema.OpenAsync(options => options.RetryTime = LongEnough, options => options.CheckpointInterval = TimeSpan.FromDays(1));
        await published.AppendAsync(TestSchema.Event(0));
        await published.FlushAsync();
        await Until.TrueAsync(
            () => primary.AskAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn())"), "the standby has everything");
        await standby.ExecuteAsync("ALTER SYSTEM SET primary_conninfo = ''");
        await standby.ExecuteAsync("SELECT pg_reload_conf()");
        await Until.TrueAsync(() => primary.AskAsync<bool>("SELECT NOT EXISTS (SELECT FROM pg_stat_replication)"), "the standby hears nothing more");

        await overtaken.AppendAsync(TestSchema.Event(1));
        await published.AppendAsync(TestSchema.Event(2));
        var kept = await published.FlushAsync();
        await primary.StopAsync("immediate");
        await standby.PromoteAsync();

        // Who remembers what was published does not even open it.
        await Assert.ThrowsAsync<AuditLogRollbackException>(() => schema.OpenAsync());
        Assert.Equal(VerificationFailureKind.Shorter, (await schema.VerifyAsync(kept)).Failure!.Kind);

        // Who remembers nothing goes on where the standby is, and gets beyond what was lost.
        schema.Memory = null;
        await using (var newcomer = await schema.OpenAsync())
        {
            for (var i = 1; i < 5; i++)
            {
                Assert.Equal(i, (await newcomer.AppendAsync(TestSchema.Event(10 + i))).Index);
            }
        }

        foreach (var log in new[] { published, overtaken })
        {
            await Assert.ThrowsAnyAsync<AuditLogException>(() => log.AppendAsync(TestSchema.Event(3)).AsTask());
            await Until.TrueAsync(
                async () => await Record.ExceptionAsync(() => log.AppendAsync(TestSchema.Event(3)).AsTask()) is AuditUnavailableException e && e.ToString().Contains("takes no more entries"),
                "the log is faulted");
        }

        Assert.Equal(5, await standby.AskAsync<long>("SELECT count(*) FROM behind.entry"));
        Assert.Equal(VerificationFailureKind.Inconsistent, (await schema.VerifyAsync(kept)).Failure!.Kind);
        Directory.Delete(memory, recursive: true);
    }

    private async Task DisturbAsync(string function)
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync(options => options.RetryTime = LongEnough, options => options.CheckpointInterval = TimeSpan.FromMilliseconds(20));
        await using var other = await schema.OpenAsync(options => options.RetryTime = LongEnough, options => options.CheckpointInterval = TimeSpan.FromMilliseconds(20));
        using var counted = new Counted();
        await using var producers = new Producers(4, log, other);
        await using var source = NpgsqlDataSource.Create(schema.Server.ConnectionString());
        await using var disturb = source.CreateCommand(schema.In($"SELECT count({function}(pid)) FROM pg_stat_activity WHERE usename = '{{schema}}_app'"));
        for (var i = 0; i < 40; i++)
        {
            await disturb.ExecuteNonQueryAsync();
            await producers.GoOnAsync(10 + i);
        }

        Assert.Equal(0, producers.Failed);
        Assert.True(counted.Retries + counted.LostAnswers > 0);
        await producers.CheckAsync(schema, log);
    }
}
