using System.Runtime.InteropServices;
using System.Text;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Storage;
using ImmutableAudit.Verification;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>A superuser who switches the triggers off can change what is stored, but is found out.</summary>
[Collection(ServerTests.Name)]
public sealed class TamperTests(ServerFixture fixture)
{
    private const string Rewrite = "an entry, and the head with it";
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    [ServerFact]
    public async Task What_is_published_cannot_be_changed_unseen()
    {
        using var schema = await fixture.CreateSchemaAsync();
        SignedCheckpoint kept;
        byte[] earlier;
        await using (var log = await schema.OpenAsync())
        {
            await AppendAsync(log, 0, 270);
            await log.FlushAsync();
            earlier = await schema.AskAsync<byte[]>("SELECT note FROM {schema}.checkpoint");
            await AppendAsync(log, 270, 300);
            kept = await log.FlushAsync();
        }

        await KeepAsync(schema);
        foreach (var (kind, entry, sql) in new (VerificationFailureKind Kind, long? Entry, string Sql)[]
        {
            (VerificationFailureKind.EntryAltered, 3, "UPDATE {schema}.entry SET data = set_byte(data, 30, get_byte(data, 30) # 1) WHERE index = 3"),
            (VerificationFailureKind.EntryAltered, 299, "UPDATE {schema}.entry SET data = data || 'x' WHERE index = 299"),
            (VerificationFailureKind.EntryAltered, 3, "UPDATE {schema}.entry e SET data = (SELECT o.data FROM {schema}.entry o WHERE o.index = 7 - e.index) WHERE index IN (3, 4)"),
            (VerificationFailureKind.Missing, null, "DELETE FROM {schema}.entry WHERE index = 3"),
            (VerificationFailureKind.Missing, null, "DELETE FROM {schema}.entry WHERE index = 299"),
            (VerificationFailureKind.TileAltered, 0, "UPDATE {schema}.tile SET data = set_byte(data, 5, get_byte(data, 5) # 1) WHERE level = 0 AND index = 0"),
            (VerificationFailureKind.TileAltered, null, "UPDATE {schema}.tile SET data = set_byte(data, 5, get_byte(data, 5) # 1) WHERE level = 1"),
            (VerificationFailureKind.Missing, null, "DELETE FROM {schema}.tile WHERE level = 0 AND index = 1"),
            (VerificationFailureKind.Missing, null, "UPDATE {schema}.tile SET data = substring(data FOR 320) WHERE level = 0 AND index = 1"),
            (VerificationFailureKind.Signature, null, "UPDATE {schema}.checkpoint SET note = convert_to(replace(convert_from(note, 'UTF8'), E'\\n300\\n', E'\\n299\\n'), 'UTF8')"),
            (VerificationFailureKind.Checkpoint, null, "UPDATE {schema}.checkpoint SET note = 'x'"),
            (VerificationFailureKind.Shorter, null, $"UPDATE {{schema}}.checkpoint SET note = decode('{Convert.ToHexString(earlier)}', 'hex')"),
        })
        {
            await TamperAsync(schema, sql);
            var result = await schema.VerifyAsync(kept);
            Assert.True(result.Failure?.Kind == kind && (entry is null || result.Failure.EntryIndex == entry), $"{sql}: {result.Failure?.Kind} {result.Failure?.EntryIndex} {result.Failure}");
            await PutBackAsync(schema);
        }

        Assert.True((await schema.VerifyAsync(kept)).Holds);
    }

    [ServerFact]
    public async Task What_is_not_published_yet_is_not_signed_where_it_was_changed()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using (var log = await schema.OpenAsync())
        {
            await AppendAsync(log, 0, 300);
            await log.FlushAsync();
        }

        await KeepAsync(schema);
        foreach (var sql in new[]
        {
            "UPDATE {schema}.entry SET data = set_byte(data, 30, get_byte(data, 30) # 1) WHERE index = 305",
            "UPDATE {schema}.entry e SET data = (SELECT o.data FROM {schema}.entry o WHERE o.index = 609 - e.index) WHERE index IN (304, 305)",
            "DELETE FROM {schema}.entry WHERE index = 305",
            "DELETE FROM {schema}.entry WHERE index = 309",
            "UPDATE {schema}.entry SET index = 310 WHERE index = 305",
            "UPDATE {schema}.head SET range = set_byte(range, 130, get_byte(range, 130) # 1)",
            "DELETE FROM {schema}.head",

            // Entries and head changed so that they add up: only who committed them knows better.
            "UPDATE {schema}.head SET size = 308, range = substring(range FOR 128); DELETE FROM {schema}.entry WHERE index >= 308",
            Rewrite,
        })
        {
            var addsUp = sql == Rewrite || sql.Contains("308");
            await using var committed = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
            await using var watched = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
            await AppendAsync(committed, 300, 310);
            await TamperAsync(schema, sql == Rewrite ? await RewriteAsync(schema, 305) : sql);
            foreach (var log in addsUp ? [committed] : new[] { committed, watched })
            {
                var failure = await Record.ExceptionAsync(() => log.FlushAsync().AsTask());
                Assert.True(failure is AuditPublicationException or AuditLogException, $"{sql}: {failure}");
                await Until.TrueAsync(async () => await Record.ExceptionAsync(() => log.FlushAsync().AsTask()) is AuditUnavailableException e && e.ToString().Contains("takes no more entries"), $"{sql}: the log is faulted");
                await Assert.ThrowsAsync<AuditUnavailableException>(() => log.AppendAsync(TestSchema.Event(1)).AsTask());
            }

            Assert.Equal(300, await schema.AskAsync<long>("SELECT size FROM {schema}.checkpoint"));
            if (!addsUp)
            {
                await Assert.ThrowsAsync<AuditLogCorruptException>(() => schema.OpenAsync());
            }

            await PutBackAsync(schema);
        }

        Assert.True((await schema.VerifyAsync()).Holds);
    }

    [ServerFact]
    public Task What_was_changed_is_not_signed_by_who_committed_it_whoever_has_appended_since() => ChangedInFrontAsync(isSignedByAnother: false);

    [ServerFact]
    public Task What_was_changed_is_not_gone_on_from_by_who_committed_it_whoever_has_signed_it() => ChangedInFrontAsync(isSignedByAnother: true);

    [ServerFact]
    public Task What_was_changed_is_noticed_by_who_committed_it_as_it_recovers() => ChangedBeforeRecoveryAsync(isSignedByAnother: false);

    [ServerFact]
    public Task What_was_changed_is_noticed_by_who_committed_it_as_it_recovers_whoever_has_signed_it() => ChangedBeforeRecoveryAsync(isSignedByAnother: true);

    private async Task ChangedBeforeRecoveryAsync(bool isSignedByAnother)
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using (await schema.OpenAsync())
        {
            // Now there is a log.
        }

        await using var sink = schema.CreateSink();
        await sink.ClaimAsync(new SinkContext(TestSchema.Origin, TimeProvider.System, NullLogger.Instance), CancellationToken.None);
        var published = new CompactRange();
        await sink.RecoverAsync(published, CancellationToken.None);
        await SinkFiller.CommitAsync(sink, [.. Enumerable.Range(0, 3).Select(i => new ReadOnlyMemory<byte>(Encoding.ASCII.GetBytes(
            $$"""{"v":1,"time":"2026-01-01T00:00:00.0000000Z","type":"event","id":"019b0000-0000-7000-8000-{{i:x12}}","actor":{"id":"alice"},"action":"number"}""")))]);
        if (isSignedByAnother)
        {
            await sink.IntegrateAsync(CancellationToken.None); // It has found what it committed, but that is not published.
        }

        await TamperAsync(schema, await RewriteAsync(schema, 1));
        if (isSignedByAnother)
        {
            await using var other = await schema.OpenAsync();
            await AppendAsync(other, 3, 4);
            await other.FlushAsync(); // It cannot know.
            published = await RangeAsync(schema);
        }

        await Assert.ThrowsAsync<AuditLogCorruptException>(async () => await sink.RecoverAsync(published, CancellationToken.None));
    }

    private async Task ChangedInFrontAsync(bool isSignedByAnother)
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var committed = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        await using var other = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        await AppendAsync(committed, 0, 10);
        await TamperAsync(schema, await RewriteAsync(schema, 5));
        await AppendAsync(other, 10, 11);
        if (isSignedByAnother)
        {
            await other.FlushAsync(); // It cannot know.
        }

        // The last that was committed adds up with what was changed in front of it.
        await AppendAsync(committed, 11, 12);
        await FaultsAsync(committed);
        Assert.Equal(isSignedByAnother ? 11 : 0, await schema.AskAsync<long>("SELECT size FROM {schema}.checkpoint"));
    }

    [ServerFact]
    public async Task What_was_appended_past_the_library_and_no_verifier_would_accept_is_not_signed()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using (var log = await schema.OpenAsync())
        {
            await AppendAsync(log, 0, 300);
        }

        await KeepAsync(schema);
        var last = await schema.AskAsync<byte[]>("SELECT data FROM {schema}.entry WHERE index = 299");
        byte[] Dated(string from, string to) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(last).Replace(from, to));
        foreach (var (entries, why) in new (byte[][], string)[]
        {
            ([last, "x"u8.ToArray()], "no time"),
            ([last, []], "no time"),
            ([Dated("\"time\":\"2", "\"time\":\"3")], "newest"),
            ([Dated("\"time\":\"2", "\"time\":\"1")], "in front"),
            ([last, last, Dated("\"time\":\"2", "\"time\":\"1")], "in front"),
            ([last, last], ""),
        })
        {
            await using var log = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
            await AppendPastLibraryAsync(schema, entries);
            if (why.Length == 0)
            {
                Assert.Equal(302, (await log.FlushAsync()).Checkpoint.Size);
                break;
            }

            Assert.Contains(why, (await FaultsAsync(log)).ToString());
            Assert.Contains(why, (await Assert.ThrowsAsync<AuditLogCorruptException>(() => schema.OpenAsync())).Message);
            Assert.Equal(300, await schema.AskAsync<long>("SELECT size FROM {schema}.checkpoint"));
            await PutBackAsync(schema);
        }

        Assert.True((await schema.VerifyAsync()).Holds);
    }

    [ServerFact]
    public Task A_row_that_is_longer_than_an_entry_is_told_as_changed() => ImpossibleRowAsync("repeat('x', 70000)::bytea");

    [ServerFact]
    public Task A_row_without_bytes_is_told_as_changed() => ImpossibleRowAsync("NULL");

    private async Task ImpossibleRowAsync(string data)
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        await AppendAsync(log, 0, 10);
        await log.FlushAsync();
        await AppendAsync(log, 10, 20);
        await schema.ExecuteAsync("ALTER TABLE {schema}.entry DROP CONSTRAINT entry_data_check, ALTER data DROP NOT NULL");
        await TamperAsync(schema, $"UPDATE {{schema}}.entry SET data = {data} WHERE index IN (5, 15)");

        Assert.Equal(VerificationFailureKind.Malformed, (await schema.VerifyAsync()).Failure!.Kind);
        await Assert.ThrowsAsync<AuditLogUnreadableException>(async () => await log.ReadAsync(15).FirstAsync());
        Assert.Contains("Entry 15", (await FaultsAsync(log)).ToString());
    }

    [ServerFact]
    public async Task A_database_that_was_put_back_behind_what_was_read_already_is_noticed()
    {
        using var schema = await fixture.CreateSchemaAsync();
        var signer = new FailingSigner(schema.Signer);
        await using var watched = await schema.OpenAsync(configure: options =>
        {
            options.CheckpointInterval = Never;
            options.Signers.Clear();
            options.Signers.Add(signer);
        });
        await using (var committed = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never))
        {
            await AppendAsync(committed, 0, 300);
            await committed.FlushAsync();
            await KeepAsync(schema);
            await AppendAsync(committed, 300, 310);

            // What is new is read, and cannot be signed.
            signer.Fails = true;
            await Assert.ThrowsAsync<AuditPublicationException>(() => watched.FlushAsync().AsTask());
            Assert.True(signer.Failed);
            await PutBackAsync(schema);
        }

        signer.Fails = false;
        await Until.TrueAsync(async () => await Record.ExceptionAsync(() => watched.FlushAsync().AsTask()) is AuditUnavailableException e && e.ToString().Contains("put back to an earlier state"), "the log is faulted");
    }

    [ServerFact]
    public async Task What_the_database_says_of_the_last_entry_cannot_be_changed_unseen()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using (var log = await schema.OpenAsync())
        {
            await AppendAsync(log, 0, 300);
            await log.FlushAsync();
        }

        await KeepAsync(schema);
        foreach (var sql in new[]
        {
            "UPDATE {schema}.head SET last_time = last_time + 36000000000",
            "UPDATE {schema}.head SET last_time = last_time - 1",
            "UPDATE {schema}.head SET privilege_head = 7",
            "UPDATE {schema}.head SET range = set_byte(range, 100, get_byte(range, 100) # 1)",
        })
        {
            await using var log = await schema.OpenAsync();
            await TamperAsync(schema, sql);
            await Assert.ThrowsAnyAsync<AuditLogException>(() => log.AppendAsync(TestSchema.Event(300)).AsTask());
            await Until.TrueAsync(async () => await Record.ExceptionAsync(() => log.AppendAsync(TestSchema.Event(1)).AsTask()) is AuditUnavailableException e && e.ToString().Contains("takes no more entries"), $"{sql}: the log is faulted");
            Assert.Equal(300, await schema.AskAsync<long>("SELECT count(*) FROM {schema}.entry"));
            await PutBackAsync(schema);
        }
    }

    [ServerFact]
    public async Task A_log_that_was_changed_while_it_was_closed_is_not_opened()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using (var log = await schema.OpenAsync())
        {
            await AppendAsync(log, 0, 300);
        }

        await KeepAsync(schema);
        foreach (var (sql, expected) in new (string, Type)[]
        {
            ("DELETE FROM {schema}.checkpoint", typeof(AuditLogCorruptException)),
            ("UPDATE {schema}.checkpoint SET note = NULL", typeof(AuditLogCorruptException)),
            ("UPDATE {schema}.checkpoint SET note = 'x'", typeof(AuditLogCorruptException)),
            ("UPDATE {schema}.checkpoint SET note = convert_to(replace(convert_from(note, 'UTF8'), E'\\n300\\n', E'\\n299\\n'), 'UTF8')", typeof(AuditLogMismatchException)),
            ("DELETE FROM {schema}.tile WHERE level = 0 AND index = 1", typeof(AuditLogCorruptException)),
            ("UPDATE {schema}.tile SET data = set_byte(data, 5, get_byte(data, 5) # 1) WHERE level = 0 AND index = 1", typeof(AuditLogCorruptException)),
            ("DELETE FROM {schema}.tile WHERE level = 1", typeof(AuditLogCorruptException)),
            ("UPDATE {schema}.head SET size = 299, range = range || substring(range FOR 32)", typeof(AuditLogCorruptException)),
            ("UPDATE {schema}.head SET size = 299", typeof(AuditLogException)),
            ("UPDATE {schema}.head SET range = set_byte(range, 5, get_byte(range, 5) # 1)", typeof(AuditLogCorruptException)),
            ("UPDATE {schema}.head SET last_time = last_time + 1", typeof(AuditLogCorruptException)),
            ("DELETE FROM {schema}.head", typeof(AuditLogCorruptException)),
        })
        {
            await TamperAsync(schema, sql);
            var failure = await Record.ExceptionAsync(() => schema.OpenAsync());
            Assert.True(failure?.GetType() == expected, $"{sql}: {failure}");
            await PutBackAsync(schema);
        }

        Assert.Equal(300, (await (await schema.OpenAsync()).AppendAsync(TestSchema.Event(300))).Index);
    }

    [ServerFact]
    public async Task Entries_behind_one_that_is_gone_are_not_read_in_its_place()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync(configure: options => options.CheckpointInterval = Never);
        await AppendAsync(log, 0, 10);
        await TamperAsync(schema, "DELETE FROM {schema}.entry WHERE index = 5");
        await Assert.ThrowsAsync<AuditLogUnreadableException>(async () =>
        {
            await foreach (var entry in log.ReadAsync())
            {
                Assert.Equal($"{entry.Index}", entry.Event.Resource!.Id);
            }
        });
    }

    /// <summary>What keeps the log from taking more, once it is asked to publish.</summary>
    private static async Task<Exception> FaultsAsync(AuditLog log)
    {
        Exception? failure = null;
        await Until.TrueAsync(
            async () => (failure = await Record.ExceptionAsync(() => log.FlushAsync().AsTask())) is AuditUnavailableException e && e.ToString().Contains("takes no more entries"),
            "the log is faulted");
        return failure!;
    }

    /// <summary>Appends as whoever has the writer's password can: the tree adds up, and the head's time is right.</summary>
    private static async Task AppendPastLibraryAsync(TestSchema schema, byte[][] entries)
    {
        await using var source = NpgsqlDataSource.Create(schema.Writer);
        await using var read = source.CreateCommand(schema.In("SELECT size, last_time, range, epoch FROM {schema}.head"));
        await using var head = await read.ExecuteReaderAsync();
        await head.ReadAsync();
        var range = new CompactRange(head.GetInt64(0), MemoryMarshal.Cast<byte, MerkleHash>(head.GetFieldValue<byte[]>(2)));
        range.Append([.. entries.Select(entry => TreeHasher.HashLeaf(entry))]);
        await using var append = source.CreateCommand(schema.In("SELECT {schema}.append(1, $1, $2, $3, -1, $4, $5)"));
        append.Parameters.AddRange(new NpgsqlParameter[]
        {
            new() { Value = head.GetInt64(0) }, new() { Value = entries }, new() { Value = head.GetInt64(1) },
            new() { Value = MemoryMarshal.AsBytes(range.Nodes).ToArray() }, new() { Value = head.GetInt64(3) },
        });
        await append.ExecuteNonQueryAsync();
    }

    private static async Task AppendAsync(AuditLog log, int from, int to) =>
        await log.AppendAsync([.. Enumerable.Range(from, to - from).Select(i => TestSchema.Event(i))]);

    private static Task TamperAsync(TestSchema schema, string sql) => schema.ExecuteAsync($"SET session_replication_role = replica; {sql}");

    private static Task KeepAsync(TestSchema schema) => schema.ExecuteAsync(
        "CREATE SCHEMA {schema}_kept; " + string.Concat(Tables.Select(table => $"CREATE TABLE {{schema}}_kept.{table} AS TABLE {{schema}}.{table}; ")));

    private static Task PutBackAsync(TestSchema schema) =>
        TamperAsync(schema, string.Concat(Tables.Select(table => $"DELETE FROM {{schema}}.{table}; INSERT INTO {{schema}}.{table} SELECT * FROM {{schema}}_kept.{table}; ")));

    private static string[] Tables => ["head", "checkpoint", "entry", "tile"];

    /// <summary>The tree of what is stored.</summary>
    private static async Task<CompactRange> RangeAsync(TestSchema schema)
    {
        await using var source = NpgsqlDataSource.Create(schema.Auditor);
        await using var command = source.CreateCommand(schema.In("SELECT data FROM {schema}.entry ORDER BY index"));
        await using var rows = await command.ExecuteReaderAsync();
        var range = new CompactRange();
        while (await rows.ReadAsync())
        {
            range.Append(TreeHasher.HashLeaf(rows.GetFieldValue<byte[]>(0)));
        }

        return range;
    }

    /// <summary>Changes one entry, and the head so that it fits.</summary>
    private static async Task<string> RewriteAsync(TestSchema schema, long index)
    {
        await using var source = NpgsqlDataSource.Create(schema.Auditor);
        await using var command = source.CreateCommand(schema.In("SELECT data FROM {schema}.entry ORDER BY index"));
        await using var rows = await command.ExecuteReaderAsync();
        var range = new CompactRange();
        var changed = Array.Empty<byte>();
        while (await rows.ReadAsync())
        {
            var data = rows.GetFieldValue<byte[]>(0);
            if (range.Size == index)
            {
                changed = data = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(data).Replace("alice", "mabel"));
            }

            range.Append(AuditEntry.Decode(range.Size, data).LeafHash);
        }

        var nodes = range.Nodes.ToArray().SelectMany(node => Convert.FromBase64String(node.ToString())).ToArray();
        return $"UPDATE {{schema}}.entry SET data = decode('{Convert.ToHexString(changed)}', 'hex') WHERE index = {index}; UPDATE {{schema}}.head SET range = decode('{Convert.ToHexString(nodes)}', 'hex')";
    }

    private sealed class FailingSigner(INoteSigner inner) : INoteSigner
    {
        public bool Fails { get; set; }

        public bool Failed { get; private set; }

        public INoteVerifier Verifier => inner.Verifier;

        public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken = default)
        {
            Failed |= Fails;
            return Fails ? throw new IOException("The signing service is down.") : inner.SignAsync(text, cancellationToken);
        }
    }
}
