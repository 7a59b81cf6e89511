using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Storage.PostgreSql;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>The server's answer is not the one that Npgsql waits for, as where a cancellation crosses with it: that is told as any other failure of the server.</summary>
[Collection(ServerTests.Name)]
public sealed class OutOfStepTests(ServerFixture fixture)
{
    private const string ToTakeTurns = "pg_advisory_xact_lock(";

    /// <summary>What is asked while a log is published.</summary>
    private static readonly string[] Publishing = [ToTakeTurns, "SELECT substring(note", "SELECT size, last_time", "SELECT substring(data FOR 65536), index", ".put_tiles(", ".publish("];

    [ServerFact]
    public async Task A_log_that_is_opened_to_be_read_cannot_be_read_and_can_the_next_time()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await (await schema.OpenAsync()).DisposeAsync();
        await using var proxy = new Proxy(schema.Server);
        var received = 0;
        proxy.Decide = message => Count(message, ref received, at: 0);
        await OpenAsync(schema, proxy);
        var failures = new List<Exception>();
        for (var place = received; place > 0; place--)
        {
            var count = 0;
            proxy.Decide = message => Count(message, ref count, place);
            if (await Record.ExceptionAsync(() => OpenAsync(schema, proxy)) is { } failure)
            {
                failures.Add(failure); // At the end of an answer, Npgsql does not mind.
            }

            await OpenAsync(schema, proxy);
        }

        Assert.All(failures, failure => Assert.IsType<AuditLogUnreadableException>(failure));
        Assert.Contains(failures, failure => failure.InnerException!.GetType() == typeof(Exception));
    }

    [ServerFact]
    public Task A_read_fails_as_a_read_and_the_next_one_succeeds() => EachReadAsync((proxy, read) => DisturbAsync(proxy, "SELECT", async () =>
    {
        var failure = await Assert.ThrowsAsync<AuditLogUnreadableException>(() => read(CancellationToken.None));
        Assert.Equal(typeof(Exception), failure.InnerException?.GetType());
    }));

    [ServerFact]
    public Task A_read_that_was_cancelled_ends_as_cancelled() => EachReadAsync(async (proxy, read) =>
    {
        using var cancellation = new CancellationTokenSource();
        await DisturbAsync(
            proxy, "SELECT", () => Assert.ThrowsAnyAsync<OperationCanceledException>(() => read(cancellation.Token)), () => _ = cancellation.CancelAsync());
    });

    [ServerFact]
    public async Task Publication_fails_as_such_and_succeeds_the_next_time()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var proxy = new Proxy(schema.Server);
        var sink = new PostgreSqlSink(Through(proxy, schema.Writer), schema.SinkOptions());
        await using var log = await AuditLog.OpenAsync(schema.LogOptions(sink, options => options.CheckpointInterval = TimeSpan.FromDays(1)));
        foreach (var asked in Publishing)
        {
            // More than a tile of them: full ones are stored before the checkpoint.
            await Task.WhenAll(Enumerable.Range(0, 300).Select(i => log.AppendAsync(TestSchema.Event(i)).AsTask()));
            await DisturbAsync(proxy, asked, async () =>
            {
                var failure = await Record.ExceptionAsync(() => log.FlushAsync().AsTask());
                if (asked == ToTakeTurns)
                {
                    Assert.Null(failure); // It goes on without.
                }
                else
                {
                    Assert.IsType<AuditPublicationException>(failure);
                    Assert.Contains("unexpected backend message", $"{failure}");
                }
            });
            Assert.Equal(log.Size, (await log.FlushAsync()).Checkpoint.Size);
        }

        var verified = await schema.VerifyAsync();
        Assert.True(verified.Holds, verified.ToString());
        Assert.Equal(300 * Publishing.Length, verified.Checkpoint.Checkpoint.Size);
    }

    private static async Task OpenAsync(TestSchema schema, Proxy proxy)
    {
        await using var reader = await PostgreSqlLogReader.OpenAsync(Through(proxy, schema.Auditor), TestSchema.Origin, schema.Name);
    }

    /// <summary>Each way to read a log is disturbed once, and then succeeds.</summary>
    private async Task EachReadAsync(Func<Proxy, Func<CancellationToken, Task>, Task> disturbAsync)
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using (var log = await schema.OpenAsync())
        {
            await log.AppendAsync(TestSchema.Event(0));
            await log.FlushAsync();
        }

        await using var proxy = new Proxy(schema.Server);
        await using var reader = await PostgreSqlLogReader.OpenAsync(Through(proxy, schema.Auditor), TestSchema.Origin, schema.Name);
        Func<CancellationToken, Task>[] reads =
        [
            async token => Assert.NotNull(await reader.ReadCheckpointAsync(token)),
            async token => Assert.NotNull(await reader.ReadTileAsync(new TileCoordinate(0, 0, 1), token)),
            async token => Assert.NotNull(await reader.ReadEntryBundleAsync(new EntryBundleCoordinate(0, 1), token)),
        ];
        foreach (var read in reads)
        {
            await disturbAsync(proxy, read);
            await read(CancellationToken.None);
        }
    }

    /// <summary>Each on a connection of its own, so that what is asked is told in words.</summary>
    private static string Through(Proxy proxy, string connectionString) => $"{connectionString}{proxy.Settings};Pooling=false";

    /// <summary>A stray answer comes ahead of the description of rows by which the server answers what is asked next in these words.</summary>
    private static async Task DisturbAsync(Proxy proxy, string asked, Func<Task> act, Action? disturbed = null)
    {
        var connection = 0;
        var done = false;
        proxy.Decide = message =>
        {
            if (connection == 0 && message.FromClient && message.Text.Contains(asked, StringComparison.Ordinal))
            {
                connection = message.Connection;
            }

            if (done || message.FromClient || message.Connection != connection || message.Text[0] != 'T')
            {
                return Fate.Pass;
            }

            done = true;
            disturbed?.Invoke();
            return Fate.Stray;
        };
        await act();
        Assert.True(done, $"Nobody asked '{asked}'.");
    }

    private static Fate Count(Message message, ref int count, int at) => !message.FromClient && ++count == at ? Fate.Stray : Fate.Pass;
}
