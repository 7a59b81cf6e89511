using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Verification;
using Npgsql;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>Several instances publish: one history, that only goes on (LOG.md L22), whoever signs (L20).</summary>
[Collection(ServerTests.Name)]
public sealed class PublicationTests(ServerFixture fixture)
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    [ServerFact]
    public async Task Whoever_publishes_each_checkpoint_extends_all_earlier_ones()
    {
        using var schema = await fixture.CreateSchemaAsync();
        var (first, second) = (new Collector(), new Collector());
        await using var log = await schema.OpenAsync(configure: options => Configure(options, first));
        await using var other = await schema.OpenAsync(configure: options => Configure(options, second));
        var read = new List<SignedCheckpoint>();
        await using (var producers = new Producers(3, log, other))
        {
            await using var reader = await schema.ReadAsync();
            while (first.Observed.Count < 30 || second.Observed.Count < 30 || producers.Acknowledged < 1_000)
            {
                read.Add(SignedCheckpoint.Parse((await reader.ReadCheckpointAsync())!.Value));
            }

            await producers.CheckAsync(schema, log);
        }

        // For each who looks, it only goes forward; and what has the same size is the same, byte for byte.
        foreach (var seen in new[] { first.Observed.ToList(), second.Observed.ToList(), read })
        {
            Assert.Equal(seen.Select(checkpoint => checkpoint.Checkpoint.Size).Order(), seen.Select(checkpoint => checkpoint.Checkpoint.Size));
        }

        var bySize = first.Observed.Concat(second.Observed).Concat(read).ToLookup(checkpoint => checkpoint.Checkpoint.Size);
        Assert.All(bySize, same => Assert.Single(same.Select(checkpoint => Convert.ToHexString(checkpoint.Bytes.Span)).Distinct(StringComparer.Ordinal)));
        var result = await schema.VerifyAsync([.. bySize.Select(same => same.First()).Where(checkpoint => checkpoint.Checkpoint.Size > 0)]);
        Assert.True(result.Holds, result.ToString());

        static void Configure(AuditLogOptions options, Collector collector)
        {
            options.CheckpointInterval = Often;
            options.Observers.Add(collector);
        }
    }

    [ServerFact]
    public async Task Instances_publish_one_at_a_time_and_keep_nobody_waiting_afterwards()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        await using var other = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        for (var i = 0; i < 3; i++)
        {
            await log.AppendAsync(TestSchema.Event(i));

            // Both have something to publish; one of them finds it done.
            await Task.WhenAll(log.FlushAsync().AsTask(), other.FlushAsync().AsTask());
            Assert.False(await IsPublishingAsync(schema));
        }
    }

    [ServerFact]
    public async Task Whoever_stands_still_while_it_publishes_does_not_stop_the_others()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        await log.AppendAsync(TestSchema.Event(0));
        await using var connection = new NpgsqlConnection(schema.Writer);
        await connection.OpenAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var take = new NpgsqlCommand(schema.In("SELECT pg_advisory_xact_lock(hashtext('{schema}.publish'), 1)"), connection, transaction);
            await take.ExecuteNonQueryAsync();
            Assert.True(await IsPublishingAsync(schema));
            Assert.Equal(1, (await log.FlushAsync()).Checkpoint.Size);
        }

        await log.AppendAsync(TestSchema.Event(1));
        Assert.Equal(2, (await log.FlushAsync()).Checkpoint.Size);
    }

    [ServerFact]
    public async Task A_signer_that_fails_lets_the_next_publish()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        await using var unsigned = await schema.OpenAsync(configure: options =>
        {
            options.CheckpointInterval = Never;
            options.Signers.Add(new FailingSigner(TestSchema.CreateSigner("witness.example/w").Verifier));
        });
        await log.AppendAsync(TestSchema.Event(0));
        await Assert.ThrowsAsync<AuditPublicationException>(() => unsigned.FlushAsync().AsTask());
        Assert.Equal(log.Size, (await log.FlushAsync()).Checkpoint.Size);
    }

    [ServerFact]
    public async Task A_key_is_replaced_one_instance_after_the_other()
    {
        using var schema = await fixture.CreateSchemaAsync();
        using var replaced = TestSchema.CreateSigner(TestSchema.Origin);
        await using var old = await schema.OpenAsync(configure: options =>
        {
            options.AcceptedKeys.Add(replaced.Verifier);
            options.CheckpointInterval = Never;
        });
        await old.AppendAsync(TestSchema.Event(0));
        await old.FlushAsync();
        await using var renewed = await schema.OpenAsync(configure: options =>
        {
            options.AcceptedKeys.Add(schema.Signer.Verifier);
            options.Signers.Clear();
            options.Signers.Add(replaced);
            options.CheckpointInterval = Never;
        });
        for (var i = 0; i < 6; i++)
        {
            var log = i % 2 == 0 ? renewed : old;
            await log.AppendAsync(TestSchema.Event(i));
            var signed = (await log.FlushAsync()).Verify(TestSchema.Origin, [schema.Signer.Verifier, replaced.Verifier]);
            Assert.Equal(i % 2 == 0 ? replaced.Verifier.KeyId : schema.Signer.Verifier.KeyId, Assert.Single(signed).KeyId);
        }

        var types = new List<string>();
        await foreach (var entry in old.ReadAsync())
        {
            types.Add(entry.Type);
        }

        Assert.Single(types, "key.changed");
        await using var reader = await schema.ReadAsync();
        Assert.True((await new LogVerifier(reader, new LogVerificationOptions { Keys = [schema.Signer.Verifier, replaced.Verifier] }).VerifyAsync()).Holds);
    }

    [ServerFact]
    public async Task What_a_key_signed_that_is_not_accepted_is_not_gone_on_from()
    {
        using var schema = await fixture.CreateSchemaAsync();
        using var unknown = TestSchema.CreateSigner(TestSchema.Origin);
        await using var log = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        await using (var stranger = await schema.OpenAsync(configure: options =>
        {
            options.AcceptedKeys.Add(schema.Signer.Verifier);
            options.Signers.Clear();
            options.Signers.Add(unknown);
        }))
        {
            await stranger.AppendAsync(TestSchema.Event(0));
        }

        Assert.Equal(1, (await log.AppendAsync(TestSchema.Event(1))).Index);
        await Assert.ThrowsAsync<AuditPublicationException>(() => log.FlushAsync().AsTask());
        Assert.Equal(1, await schema.AskAsync<long>("SELECT size FROM {schema}.checkpoint"));
        await Assert.ThrowsAsync<AuditLogMismatchException>(() => schema.OpenAsync());
    }

    /// <summary>The cleverest superuser without a key: changes an entry that is not signed yet, and everything that is made from it.</summary>
    [ServerFact]
    public async Task A_tree_that_was_put_in_place_without_a_signature_is_not_gone_on_from()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var committed = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        await using var other = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        await committed.AppendAsync([.. Enumerable.Range(0, 20).Select(i => TestSchema.Event(i))]);
        await committed.FlushAsync();
        await committed.AppendAsync([.. Enumerable.Range(20, 10).Select(i => TestSchema.Event(i))]);
        await ForgeAsync(schema, 25);
        foreach (var log in new[] { other, committed })
        {
            // More entries, so that there is something to sign.
            await Record.ExceptionAsync(() => log.AppendAsync(TestSchema.Event(30)).AsTask());
            Assert.NotNull(await Record.ExceptionAsync(() => log.FlushAsync().AsTask()));
            Assert.True(log.LatestCheckpoint.Checkpoint.Size <= 20);
        }

        Assert.Equal(30, await schema.AskAsync<long>("SELECT size FROM {schema}.checkpoint"));
        Assert.Equal(VerificationFailureKind.Signature, (await schema.VerifyAsync()).Failure!.Kind);
    }

    /// <summary>Another instance, which cannot know better, signed what a superuser has changed: whoever committed it notices.</summary>
    [ServerFact]
    public async Task A_signed_tree_without_what_was_committed_is_not_gone_on_from()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var committed = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        await committed.AppendAsync([.. Enumerable.Range(0, 20).Select(i => TestSchema.Event(i))]);
        await committed.FlushAsync();
        await committed.AppendAsync([.. Enumerable.Range(20, 10).Select(i => TestSchema.Event(i))]);
        await ForgeAsync(schema, 25, publish: false);
        await using (var unwitting = await schema.OpenAsync())
        {
            await unwitting.AppendAsync(TestSchema.Event(30));
        }

        Assert.NotNull(await Record.ExceptionAsync(() => committed.FlushAsync().AsTask()));
        await Until.TrueAsync(
            async () => await Record.ExceptionAsync(() => committed.AppendAsync(TestSchema.Event(31)).AsTask()) is AuditUnavailableException e && e.ToString().Contains("takes no more entries"),
            "the log is faulted");
        Assert.Equal(20, committed.LatestCheckpoint.Checkpoint.Size);
    }

    private static async Task ForgeAsync(TestSchema schema, long index, bool publish = true)
    {
        var range = new CompactRange();
        var leaves = new List<byte>();
        var forged = Array.Empty<byte>();
        await using (var source = NpgsqlDataSource.Create(schema.Auditor))
        {
            await using var command = source.CreateCommand(schema.In("SELECT data FROM {schema}.entry ORDER BY index"));
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                var data = rows.GetFieldValue<byte[]>(0);
                if (range.Size == index)
                {
                    forged = data = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(data).Replace("alice", "mabel"));
                }

                var leaf = AuditEntry.Decode(range.Size, data).LeafHash;
                leaves.AddRange(Convert.FromBase64String(leaf.ToString()));
                range.Append(leaf);
            }
        }

        var note = Encoding.UTF8.GetString(await schema.AskAsync<byte[]>("SELECT note FROM {schema}.checkpoint")).Split('\n');
        (note[1], note[2]) = (range.Size.ToString(CultureInfo.InvariantCulture), range.Root().ToString());
        var nodes = range.Nodes.ToArray().SelectMany(node => Convert.FromBase64String(node.ToString())).ToArray();
        await schema.ExecuteAsync($"SET session_replication_role = replica; UPDATE {{schema}}.entry SET data = {Bytes(forged)} WHERE index = {index}; UPDATE {{schema}}.head SET range = {Bytes(nodes)}");
        if (publish)
        {
            await schema.ExecuteAsync(
                $"SET session_replication_role = replica; UPDATE {{schema}}.tile SET data = {Bytes([.. leaves])}; UPDATE {{schema}}.checkpoint SET size = {range.Size}, note = {Bytes(Encoding.UTF8.GetBytes(string.Join('\n', note)))}");
        }

        static string Bytes(byte[] bytes) => $"decode('{Convert.ToHexString(bytes)}', 'hex')";
    }

    private static Task<bool> IsPublishingAsync(TestSchema schema) => schema.AskAsync<bool>(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = hashtext('{schema}.publish')::int8::bit(32)::int8::oid)");

    private sealed class FailingSigner(INoteVerifier verifier) : INoteSigner
    {
        public INoteVerifier Verifier => verifier;

        public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken = default) =>
            throw new IOException("The signing service is down.");
    }

    private sealed class Collector : ICheckpointObserver
    {
        public ConcurrentQueue<SignedCheckpoint> Observed { get; } = [];

        public ValueTask<SignedCheckpoint?> LatestAsync(string origin, CancellationToken cancellationToken = default) => new((SignedCheckpoint?)null);

        public ValueTask ObserveAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken = default)
        {
            Observed.Enqueue(checkpoint);
            return default;
        }
    }
}
