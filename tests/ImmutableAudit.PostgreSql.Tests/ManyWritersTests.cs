using ImmutableAudit.PostgreSql.Tests.Support;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>Several processes append to one log (LOG.md L26, L27).</summary>
[Collection(ServerTests.Name)]
public sealed class ManyWritersTests(ServerFixture fixture)
{
    private const int Producers = 8;
    private const int Appends = 5_000;
    private static readonly string[] Names = ["a", "b", "c", "d"];
    private static readonly TimeSpan MaxCommitTime = TimeSpan.FromSeconds(3);

    [ServerFact]
    public async Task Four_processes_make_one_order_while_one_of_them_is_suspended_with_the_head_locked_and_one_in_its_turn()
    {
        using var schema = await fixture.CreateSchemaAsync();
        var pem = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(pem, schema.Key.ExportPkcs8PrivateKeyPem());
            var acknowledged = await RunAsync(schema, pem);
            await CheckAsync(schema, acknowledged);
        }
        finally
        {
            File.Delete(pem);
        }
    }

    private static async Task<Dictionary<string, (long Index, string Leaf)>> RunAsync(TestSchema schema, string pem)
    {
        var writers = Names.Select(name => new WriterProcess(
            $"{schema.Writer};Application Name={schema.Name}-{name}", schema.Name, pem, name, $"{Producers}", $"{Appends}",
            $"{MaxCommitTime.TotalMilliseconds}", name == Names[0] ? "0" : "25", name == Names[0] ? "20" : name == Names[1] ? "40" : "0")).ToList();
        try
        {
            foreach (var writer in writers)
            {
                Assert.Equal("ready", await writer.ReadLineAsync());
            }

            writers.ForEach(writer => writer.Say("go"));

            // The server gives up the connection of one in the middle of a transaction: so it did hold the head. Of the other, wherever it was.
            await Task.WhenAll(
                SuspensionAsync(schema, Names[0], writers[0], "idle-in-transaction timeout"),
                SuspensionAsync(schema, Names[1], writers[1], "terminating connection due to idle-"));
            var acknowledged = new Dictionary<string, (long, string)>(StringComparer.Ordinal);
            foreach (var (name, writer) in Names.Zip(writers))
            {
                foreach (var line in await writer.EndAsync())
                {
                    var parts = line.Split(' ');
                    acknowledged.Add($"{name}-{parts[0]}-{parts[1]}", (long.Parse(parts[2]), parts[3]));
                }
            }

            return acknowledged;
        }
        finally
        {
            writers.ForEach(writer => writer.Dispose());
        }
    }

    /// <summary>One writer suspends itself in the middle of a commit; it is let go ten seconds later.</summary>
    private static async Task SuspensionAsync(TestSchema schema, string name, WriterProcess writer, string ended)
    {
        await Until.TrueAsync(() => writer.IsSuspended, "the writer suspends itself");
        var tenSecondsLater = schema.AskAsync<object>("SELECT pg_sleep(10)::text");
        var size = schema.AskAsync<long>("SELECT size FROM {schema}.head");
        await Until.TrueAsync(async () => (await LogOfAsync(schema, name)).Any(line => line.Contains(ended)), "the server gives up the commit");
        await Until.TrueAsync(async () => await schema.AskAsync<long>("SELECT size FROM {schema}.head") > await size + Appends, "the others go on");
        await tenSecondsLater;
        Assert.True(writer.IsSuspended);
        writer.Resume();
    }

    private static async Task<IEnumerable<string>> LogOfAsync(TestSchema schema, string name) =>
        (await schema.Server.LogAsync()).Where(line => line.Contains($"[{schema.Name}-{name}] "));

    /// <summary>What a writer asked for and did not wait for until the end.</summary>
    private static async Task<IEnumerable<string>> GivenUpWaitingAsync(TestSchema schema, string name)
    {
        var lines = (await LogOfAsync(schema, name)).ToList();
        return lines.Index().Where(line => line.Item.Contains("lock timeout")).Select(error =>
        {
            var process = error.Item[..error.Item.IndexOf('[', StringComparison.Ordinal)].Split(' ')[^2];
            return lines.Skip(error.Index).FirstOrDefault(line => line.Contains($" {process} [") && line.Contains("STATEMENT:")) ?? error.Item;
        });
    }

    private static async Task CheckAsync(TestSchema schema, Dictionary<string, (long Index, string Leaf)> acknowledged)
    {
        Assert.Equal(Names.Length * Producers * Appends, acknowledged.Count);

        // Nobody waited longer than twice the longest commit: that is when a writer gives up waiting for the head. To publish one may well go on
        // without having waited until the end, where it was a suspended writer's turn to publish.
        foreach (var name in Names)
        {
            Assert.DoesNotContain(await GivenUpWaitingAsync(schema, name), statement => !statement.Contains(".publish')", StringComparison.Ordinal));
        }

        var verified = await schema.VerifyAsync();
        Assert.True(verified.Holds, verified.ToString());
        Assert.Equal(acknowledged.Count, verified.Checkpoint.Checkpoint.Size);

        var next = new Dictionary<string, int>(StringComparer.Ordinal);
        await using var log = await schema.OpenAsync();
        await foreach (var entry in log.ReadAsync())
        {
            var id = entry.Event.Resource!.Id!;
            Assert.Equal((entry.Index, entry.LeafHash.ToString()), acknowledged[id]);
            var producer = id[..id.LastIndexOf('-')];
            var number = next.GetValueOrDefault(producer);
            Assert.Equal($"{producer}-{number}", id);
            next[producer] = number + 1;
        }

        Assert.All(next.Values, count => Assert.Equal(Appends, count));
        Assert.Equal(Names.Length * Producers, next.Count);
    }
}
