using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Privilege;
using Npgsql;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>Two instances of an application on one log.</summary>
[Collection(ServerTests.Name)]
public sealed class InstancesTests(ServerFixture fixture)
{
    private const string Purge = "orders.purge";

    [ServerFact]
    public async Task The_server_tells_one_instance_what_the_other_appends()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync();
        await using var other = await schema.OpenAsync(options => options.PollInterval = TimeSpan.FromMinutes(1));

        // It looks by itself when it has begun to listen, and then after a minute: twice as long as it has here.
        await Until.TrueAsync(() => schema.AskAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = '{schema}_app' AND query LIKE 'SELECT size FROM%')"), "it listens");
        await using var producers = new Producers(1, log);
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var entry in other.FollowAsync(cancellationToken: enough.Token))
        {
            Assert.Equal($"0-0-{entry.Index}", entry.Event.Resource!.Id);
            if (entry.Index == 50)
            {
                break;
            }
        }
    }

    [ServerFact]
    public async Task Instances_take_turns_and_leave_none_behind()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync();
        await using var other = await schema.OpenAsync();
        await using (var producers = new Producers(4, log, other))
        {
            await Until.TrueAsync(() => HasTurnAsync(schema), "somebody has a turn");
            await producers.CheckAsync(schema, log);
        }

        await Until.TrueAsync(async () => !await HasTurnAsync(schema), "nobody has a turn");
    }

    [ServerFact]
    public async Task Whoever_has_a_turn_and_stands_still_does_not_stop_the_others()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync();
        await using var source = NpgsqlDataSource.Create(schema.Writer);
        await using var connection = await source.OpenConnectionAsync();
        await using (var open = new NpgsqlCommand(schema.In("SELECT turn FROM {schema}.open_commit(1, '1500ms', '1s', '1s')"), connection))
        {
            Assert.True((bool)(await open.ExecuteScalarAsync())!); // And the transaction ends with it, the turn does not.
        }

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(i, (await log.AppendAsync(TestSchema.Event(i))).Index);
        }

        await Until.TrueAsync(async () => !await HasTurnAsync(schema), "the server gives the connection up");
        await using var used = new NpgsqlCommand("SELECT 1", connection);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => used.ExecuteScalarAsync());
    }

    [ServerFact]
    public async Task A_turn_ends_with_the_last_of_its_commits_for_those_who_wait_and_for_the_connection()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await (await schema.OpenAsync()).DisposeAsync();
        await using var connection = new NpgsqlConnection(schema.Writer);
        await connection.OpenAsync();
        Task<object?> AskAsync(string sql) => new NpgsqlCommand(schema.In(sql), connection).ExecuteScalarAsync();
        foreach (var ends in new[] { false, true })
        {
            await AskAsync("BEGIN");
            Assert.True((bool)(await AskAsync("SELECT turn FROM {schema}.open_commit(1, '1500ms', '1s', '1s')"))!);
            Assert.Equal("1500ms", await AskAsync("SHOW idle_session_timeout"));
            await AskAsync(
                "SELECT {schema}.append(1, size, '{a}', last_time, privilege_head, decode(repeat('00', 32 * bit_count((size + 1)::bit(64))::int), 'hex'), epoch, '1s', "
                + $"{ends}) FROM {{schema}}.head");

            // Before it is committed.
            Assert.Equal(!ends, await HasTurnAsync(schema));
            Assert.Equal(ends ? "0" : "1500ms", await AskAsync("SHOW idle_session_timeout"));
            await AskAsync("ROLLBACK");
            await AskAsync("SELECT {schema}.end_turn(1)");
        }
    }

    [ServerFact]
    public async Task What_another_instance_appended_is_part_of_the_head_once_it_is_known()
    {
        using var schema = await fixture.CreateSchemaAsync();
        var sink = schema.CreateSink(options => options.TurnTime = TimeSpan.Zero);
        await using var log = await AuditLog.OpenAsync(schema.LogOptions(sink));
        await using var other = await schema.OpenAsync();
        for (var i = 0; i < 40; i++)
        {
            await log.AppendAsync(TestSchema.Event(i)); // Nobody disturbs it, so it need not hold the head.
        }

        var size = (await other.AppendAsync(TestSchema.Event(40))).Index + 1;
        await Until.TrueAsync(() => sink.CommittedSize >= size, "the server tells it");
        using var commit = await sink.OpenCommitAsync(CancellationToken.None);
        Assert.Equal(size, commit.Head.Size);
    }

    [ServerFact]
    public async Task What_a_notification_says_is_not_believed()
    {
        using var schema = await fixture.CreateSchemaAsync();
        var sink = schema.CreateSink();
        await using var log = await AuditLog.OpenAsync(schema.LogOptions(sink));
        await using var other = await schema.OpenAsync();
        await using (var source = NpgsqlDataSource.Create(schema.Auditor))
        {
            await using var tell = source.CreateCommand(schema.In("NOTIFY {schema}, '1:9223372036854775807'"));
            await tell.ExecuteNonQueryAsync();
        }

        await other.AppendAsync(TestSchema.Event(0));
        await Until.TrueAsync(() => sink.CommittedSize > 0, "the server tells what was appended");
        Assert.Equal(1, log.Size);
    }

    [ServerFact]
    public async Task What_an_instance_has_committed_that_publishes_no_more_the_others_publish()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var gone = await schema.OpenAsync(configure: options => options.CheckpointInterval = TimeSpan.FromDays(1));
        await using var idle = await schema.OpenAsync(configure: options => options.CheckpointInterval = TimeSpan.FromMilliseconds(20));
        await gone.AppendAsync(TestSchema.Event(0));
        await Until.TrueAsync(() => schema.AskAsync<bool>("SELECT size = 1 FROM {schema}.checkpoint"), "it is published");
    }

    [ServerFact]
    public async Task Instances_that_take_turns_without_end_publish_before_they_have_too_much_to_vouch_for()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await OpenAsync();
        await using var other = await OpenAsync();
        for (var i = 0; i < 1100; i++)
        {
            await log.AppendAsync(TestSchema.Event(i));
            await other.AppendAsync(TestSchema.Event(i));
        }

        Assert.InRange(await schema.AskAsync<long>("SELECT size FROM {schema}.checkpoint"), 2000, 2100);
        await log.FlushAsync();
        Assert.True((await schema.VerifyAsync()).Holds);

        Task<AuditLog> OpenAsync() => schema.OpenAsync(options => options.TurnTime = TimeSpan.Zero, options => options.CheckpointInterval = TimeSpan.FromDays(1));
    }

    [ServerFact]
    public async Task Where_the_server_does_not_tell_it_is_looked_for()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync();
        await using var other = await schema.OpenAsync(options => options.PollInterval = TimeSpan.FromMilliseconds(20));
        await using var source = NpgsqlDataSource.Create(schema.Server.ConnectionString());
        await using var deafen = source.CreateCommand(schema.In(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{schema}_app' AND (query LIKE 'SELECT size FROM%' OR query LIKE 'LISTEN%')"));
        var next = 0L;
        await using var following = other.FollowAsync().GetAsyncEnumerator();
        for (var i = 0; i < 5; i++)
        {
            await deafen.ExecuteNonQueryAsync();

            // Two, of which the second is not told: they are less than a tenth of a second apart, or else the first was not.
            await log.AppendAsync(TestSchema.Event(next));
            await log.AppendAsync(TestSchema.Event(next + 1));
            for (var seen = 0; seen < 2; seen++)
            {
                Assert.True(await following.MoveNextAsync());
                Assert.Equal(next++, following.Current.Index);
            }
        }
    }

    [ServerFact]
    public async Task What_one_instance_grants_the_other_lets_pass_and_what_it_revokes_ends_there()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var first = await schema.OpenAsync();
        await using var second = await schema.OpenAsync();
        await using var here = await AccessGuard.OpenAsync(first, [], Policy);
        await using var there = await AccessGuard.OpenAsync(second, [], Policy);
        var requests = new AccessRequests(here);
        var elsewhere = new AccessRequests(there);
        long id;
        using (As("alice"))
        {
            await Assert.ThrowsAsync<AccessDeniedException>(() => there.DemandAsync(Purge).AsTask());
            id = (await requests.RequestAsync(new ElevationRequest { Permissions = [Purge], Duration = TimeSpan.FromMinutes(10), Reason = "cleaning up" })).Id;
        }

        using (As("sam"))
        {
            await elsewhere.ApproveAsync(id);
        }

        using (As("alice"))
        {
            await requests.ActivateAsync(id);
            await using var access = await there.DemandAsync(Purge);
            var ended = new TaskCompletionSource();
            access.CancellationToken.Register(ended.SetResult);
            using (As("sam"))
            {
                await requests.RevokeAsync(id, "enough");
            }

            // Its use is ended where it is used, and no more is begun.
            await ended.Task;
            await Assert.ThrowsAsync<AccessDeniedException>(() => there.DemandAsync(Purge).AsTask());
            await Assert.ThrowsAsync<AccessDeniedException>(() => here.DemandAsync(Purge).AsTask());
        }
    }

    private static void Policy(AccessPolicyBuilder policy) => policy
        .Application("shop")
        .Version(1)
        .Permission("orders.read")
        .Permission(Purge)
        .Permission(AuditPermissions.Read)
        .Role("lead", role => role.Allow("orders.read"))
        .Role("security", role => role.ApprovesElevation().Allow(AuditPermissions.Read))
        .Elevation(Purge, elevation => elevation.RequestableBy("lead").ApprovedBy("security").MaxDuration(TimeSpan.FromMinutes(30)))
        .Assign("alice", "lead")
        .Assign("sam", "security");

    private static SubjectScope As(string id) => SubjectScope.Enter(new AuditSubject { Id = id });

    private static Task<bool> HasTurnAsync(TestSchema schema) => schema.AskAsync<bool>(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = hashtext('{schema}')::int8::bit(32)::int8::oid)");
}
