using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>A database is put back from a backup.</summary>
[Collection(ServerTests.Name)]
public sealed class BackupTests(ServerFixture fixture)
{
    [ServerFact]
    public async Task An_older_copy_is_refused_and_the_newest_is_gone_on_with()
    {
        using var schema = await fixture.CreateSchemaAsync();
        schema.Memory = schema.Server.PathOf("memory-" + schema.Name);
        var (older, newest) = ($"{schema.Name}_older", $"{schema.Name}_newest");
        await AppendAsync(schema, 0, 300);
        await schema.Server.DumpAsync(schema.Name, schema.Server.PathOf(older));
        var kept = await AppendAsync(schema, 300, 310);
        await schema.Server.DumpAsync(schema.Name, schema.Server.PathOf(newest));
        await schema.Server.RestoreAsync(older, schema.Server.PathOf(older));
        await schema.Server.RestoreAsync(newest, schema.Server.PathOf(newest));

        schema.Database = older;
        await Assert.ThrowsAsync<AuditLogRollbackException>(() => schema.OpenAsync());
        Assert.Equal(VerificationFailureKind.Shorter, (await schema.VerifyAsync(kept)).Failure!.Kind);
        Assert.True((await schema.VerifyAsync()).Holds);

        schema.Database = newest;
        await AppendAsync(schema, 310, 320);
        Assert.True((await schema.VerifyAsync(kept)).Holds);
        await Assert.ThrowsAnyAsync<Npgsql.PostgresException>(() => schema.Server.ExecuteAsync(schema.In("DELETE FROM {schema}.entry"), newest));

        // The one that was gone on from is older now.
        schema.Database = null;
        await Assert.ThrowsAsync<AuditLogRollbackException>(() => schema.OpenAsync());
    }

    [ServerFact]
    public async Task A_log_that_is_open_while_an_older_copy_is_put_in_its_place_stops()
    {
        using var schema = await fixture.CreateSchemaAsync();
        var dump = $"{schema.Name}_copy";
        await AppendAsync(schema, 0, 300);
        await schema.Server.DumpAsync(schema.Name, schema.Server.PathOf(dump));
        await using var log = await schema.OpenAsync();
        await log.AppendAsync(TestSchema.Event(300));

        await schema.Server.ExecuteAsync(schema.In("DROP SCHEMA {schema} CASCADE"));
        await schema.Server.RestoreIntoAsync("postgres", schema.Server.PathOf(dump));
        await Assert.ThrowsAnyAsync<AuditLogException>(() => log.AppendAsync(TestSchema.Event(301)).AsTask());
        await Until.TrueAsync(
            async () => await Record.ExceptionAsync(() => log.AppendAsync(TestSchema.Event(1)).AsTask()) is AuditUnavailableException e && e.ToString().Contains("takes no more entries"),
            "the log is faulted");
        Assert.Equal(300, await schema.AskAsync<long>("SELECT count(*) FROM {schema}.entry"));
    }

    private static async Task<Checkpoints.SignedCheckpoint> AppendAsync(TestSchema schema, int from, int to)
    {
        await using var log = await schema.OpenAsync();
        await log.AppendAsync([.. Enumerable.Range(from, to - from).Select(i => TestSchema.Event(i))]);
        return await log.FlushAsync();
    }
}
