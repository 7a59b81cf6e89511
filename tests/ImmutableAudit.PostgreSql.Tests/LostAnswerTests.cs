using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Storage.PostgreSql;
using Npgsql;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>The connection breaks at every message of a commit's conversation: the entry is in the log once, and the append succeeds.</summary>
/// <remarks>One producer appends one entry after the other: one that were there twice, or not at all, would move the index of the next.</remarks>
[Collection(ServerTests.Name)]
public sealed class LostAnswerTests(ServerFixture fixture)
{
    [ServerFact]
    public Task A_connection_may_break_at_every_message_of_a_commit() => BreakEverywhereAsync([Fate.Cut, Fate.CutInside, Fate.Stray], async test =>
    {
        // Before: so that the connection is open and knows its statements.
        await test.AppendAsync();
        test.ArmCommit();
    });

    [ServerFact]
    public Task A_connection_may_break_at_every_message_of_a_commit_in_one_round_trip() => BreakEverywhereAsync([Fate.Cut, Fate.CutInside, Fate.Stray], async test =>
    {
        await test.AppendAloneAsync();
        test.ArmCommit();
    });

    [ServerFact]
    public Task A_connection_may_break_at_every_message_of_its_beginning() => BreakEverywhereAsync([Fate.Cut, Fate.Stray], async test =>
    {
        await test.AppendAsync();
        test.BreakNextCommit();
        test.ArmNextConnection();
    });

    [ServerFact]
    public async Task A_connection_may_break_at_every_message_by_which_a_lost_answer_is_found_out()
    {
        using var counted = new Counted();
        await BreakEverywhereAsync([Fate.Cut, Fate.Stray], async test =>
        {
            await test.AppendAsync();
            test.SwallowNextAnswer();
            test.ArmNextConnection();
        });
        Assert.True(counted.LostAnswers > 0);
    }

    [ServerFact]
    public async Task Whether_a_commit_took_effect_is_found_out_where_another_came_in_between()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var proxy = new Proxy(schema.Server);
        await using var test = await BrokenLog.OpenAsync(schema, proxy);
        await using var other = await schema.OpenAsync();
        await test.AppendAsync();
        foreach (var committed in new[] { false, true })
        {
            // The third Bind is that of the entries.
            var bound = 0;
            proxy.Decide = message =>
            {
                var cuts = message.Commits && (committed ? message.IsCommitted : message is { FromClient: true } && message.Text[0] == 'B' && ++bound == 3);
                proxy.IsOpen &= !cuts;
                return cuts ? Fate.Cut : Fate.Pass;
            };
            var appended = test.AppendAsync();
            await Until.TrueAsync(() => !proxy.IsOpen, "the connection breaks");
            Assert.Equal(committed ? 4 : 1, (await other.AppendAsync(TestSchema.Event(0))).Index);
            if (!committed)
            {
                test.Skip();
            }

            proxy.Decide = _ => Fate.Pass;
            proxy.IsOpen = true;
            await appended;
        }
    }

    [ServerFact]
    public async Task A_commit_that_arrives_after_it_was_looked_for_is_refused()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var proxy = new Proxy(schema.Server);
        await using var test = await BrokenLog.OpenAsync(schema, proxy);
        await test.AppendAloneAsync();
        var delayed = 0;
        var ended = false;
        proxy.Decide = message =>
        {
            if (message is { Commits: true, FromClient: true } && delayed == 0)
            {
                delayed = message.Connection;
                return Fate.Delay;
            }

            // It was looked for and is not there: just now it arrives, before the entry is appended again.
            if (message.FromClient && message.Connection > delayed && delayed > 0 && !ended && message.Text.Contains("open_commit("))
            {
                ended = true;
                WaitForEnd(schema, proxy.Deliver());
            }

            return Fate.Pass;
        };
        await test.AppendAsync();
        Assert.True(ended);
        await test.AppendAsync();
        await test.CheckAsync();
    }

    [ServerFact]
    public async Task A_client_that_vanishes_holds_the_head_no_longer_than_a_commit_may_be_open()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var proxy = new Proxy(schema.Server);
        await using var test = await BrokenLog.OpenAsync(schema, proxy);
        await test.AppendAsync();

        // The server waits for what comes after the opened commit, and is not told that nobody is there.
        var opened = 0;
        proxy.Decide = message => message is { Commits: true, FromClient: true } && message.Text[0] == 'B' && ++opened == 3 ? Fate.Vanish : Fate.Pass;
        await test.AppendAsync();
        Assert.True(opened >= 3);
        Assert.Contains(await schema.Server.LogAsync(), line => line.Contains($"[{schema.Name}] ") && line.Contains("idle-in-transaction timeout"));
        await test.CheckAsync();
    }

    /// <summary>Waits until the server has answered everything that came from a port, and the connection is over.</summary>
    private static void WaitForEnd(TestSchema schema, int port)
    {
        using var connection = new NpgsqlConnection(schema.Server.ConnectionString());
        connection.Open();
        using var command = new NpgsqlCommand($"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE client_port = {port})", connection);
        while ((bool)command.ExecuteScalar()!)
        {
            Thread.Sleep(TimeSpan.FromMilliseconds(5));
        }
    }

    /// <summary>Counts the messages from where the connection is armed to where the append is done, and breaks it at each of them.</summary>
    private async Task BreakEverywhereAsync(Fate[] fates, Func<BrokenLog, Task> armAsync)
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var proxy = new Proxy(schema.Server);
        await using var test = await BrokenLog.OpenAsync(schema, proxy);
        await armAsync(test);
        await test.AppendAsync();
        var (sent, received) = test.Disarm();
        Assert.True(sent > 4 && received > 4, $"There were {sent} and {received} messages.");
        foreach (var fate in fates)
        {
            foreach (var (fromClient, place) in Enumerable.Range(1, sent).Select(place => (true, place)).Concat(Enumerable.Range(1, received).Select(place => (false, place))))
            {
                test.At = (fromClient, place, fate);
                await armAsync(test);
                await test.AppendAsync();
                test.Disarm();
                Assert.True(test.At is null, $"Message {place} of {(fromClient ? sent : received)} did not come.");
            }
        }

        await test.CheckAsync();
    }

    /// <summary>A log whose connection to the server can be broken.</summary>
    private sealed class BrokenLog : IAsyncDisposable
    {
        private readonly TestSchema _schema;
        private readonly Proxy _proxy;
        private readonly AuditLog _log;
        private long _appended;
        private Func<Message, bool>? _armed;
        private bool _breakCommit;
        private bool _swallow;
        private int _sent;
        private int _received;

        private BrokenLog(TestSchema schema, Proxy proxy, AuditLog log)
        {
            _schema = schema;
            _proxy = proxy;
            _log = log;
            proxy.Decide = Decide;
        }

        /// <summary>Where the connection is to break next.</summary>
        public (bool FromClient, int Place, Fate Fate)? At { get; set; }

        public static async Task<BrokenLog> OpenAsync(TestSchema schema, Proxy proxy)
        {
            // Nothing is published meanwhile, and nothing is kept: whatever connects, commits. What a commit says does not depend on how fast it follows.
            var sink = new PostgreSqlSink(
                $"{schema.Writer}{proxy.Settings};Pooling=false;Application Name={schema.Name}",
                schema.SinkOptions(options => (options.MaxCommitTime, options.TurnTime) = (TimeSpan.FromMilliseconds(200), TimeSpan.Zero)));
            return new BrokenLog(schema, proxy, await AuditLog.OpenAsync(schema.LogOptions(sink, options => options.CheckpointInterval = TimeSpan.FromDays(1))));
        }

        /// <summary>Appends one, which gets the next index.</summary>
        public async Task AppendAsync()
        {
            var receipt = await _log.AppendAsync(TestSchema.Event(_appended));
            Assert.Equal(_appended++, receipt.Index);
        }

        /// <summary>Appends until the log, which has been alone for a while, commits without holding the head.</summary>
        public async Task AppendAloneAsync()
        {
            for (var i = 0; i < 20; i++)
            {
                await AppendAsync();
            }
        }

        /// <summary>Somebody else gets the next index.</summary>
        public void Skip() => _appended++;

        /// <summary>Counts from the next message on a connection that commits.</summary>
        public void ArmCommit() => Arm(message => message.Commits);

        /// <summary>Counts from the first message of the next connection.</summary>
        public void ArmNextConnection()
        {
            var next = _proxy.Connections + 1;
            Arm(message => message.Connection == next);
        }

        /// <summary>The next commit finds its connection broken.</summary>
        public void BreakNextCommit() => _breakCommit = true;

        /// <summary>What the server answers to the next COMMIT does not arrive.</summary>
        public void SwallowNextAnswer() => _swallow = true;

        /// <summary>No more is counted.</summary>
        public (int Sent, int Received) Disarm()
        {
            _armed = null;
            return (_sent, _received);
        }

        public async Task CheckAsync()
        {
            await _log.FlushAsync();
            var result = await _schema.VerifyAsync();
            Assert.True(result.Holds, result.ToString());
            Assert.Equal(_appended, result.Checkpoint.Checkpoint.Size);
            var number = 0L;
            await foreach (var entry in _log.ReadAsync())
            {
                Assert.Equal($"{number++}", entry.Event.Resource!.Id);
            }

            Assert.Equal(_appended, number);
        }

        public ValueTask DisposeAsync() => _log.DisposeAsync();

        private void Arm(Func<Message, bool> armed)
        {
            (_sent, _received) = (0, 0);
            _armed = armed;
        }

        private Fate Decide(Message message)
        {
            if (message.Commits && Break(message))
            {
                return Fate.Cut;
            }

            if (_armed?.Invoke(message) != true)
            {
                return Fate.Pass;
            }

            var place = message.FromClient ? ++_sent : ++_received;
            if (At is not var (fromClient, at, fate) || fromClient != message.FromClient || place != at)
            {
                return Fate.Pass;
            }

            At = null;
            _armed = null;
            return fate;
        }

        /// <summary>A connection that commits breaks: at its next message, or where the server says that it has committed.</summary>
        private bool Break(Message message)
        {
            var breaks = (_breakCommit && message.FromClient) || (_swallow && message.IsCommitted);
            _breakCommit &= !breaks;
            _swallow &= !breaks;
            return breaks;
        }
    }
}
