using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>Entries lie in partitions, which grow with the log, and of which old ones may be dropped.</summary>
[Collection(ServerTests.Name)]
public sealed class PartitionTests(ServerFixture fixture)
{
    [ServerFact]
    public async Task Partitions_are_made_as_the_log_grows_over_several_in_one_commit_and_with_two_instances()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync(options => options.PartitionSize = 256);
        await using var other = await schema.OpenAsync(options => options.PartitionSize = 1024); // The log has one already.
        var size = 0;
        foreach (var (by, count) in new[] { (log, 255), (other, 1), (log, 1), (other, 2_000), (log, 256), (other, 255), (log, 1) })
        {
            var receipts = await by.AppendAsync([.. Enumerable.Range(size, count).Select(i => TestSchema.Event(i))]);
            Assert.Equal(size, receipts[0].Index);
            size += count;
        }

        await using (var producers = new Producers(4, log, other))
        {
            await producers.GoOnAsync(1_000);
            await producers.StopAsync();
            size += producers.Acknowledged;
        }

        await log.FlushAsync();
        var result = await schema.VerifyAsync();
        Assert.True(result.Holds, result.ToString());
        Assert.Equal(size, result.Checkpoint.Checkpoint.Size);
        Assert.Equal((size + 255) / 256, await schema.AskAsync<long>("SELECT count(*) FROM pg_inherits WHERE inhparent = '{schema}.entry'::regclass"));
        await schema.ExecuteAsync("DO $$ BEGIN TRUNCATE {schema}.entry_1_512; RAISE 'truncated'; EXCEPTION WHEN SQLSTATE 'IA003' THEN NULL; END $$");
    }

    [ServerFact]
    public async Task A_partition_that_was_dropped_is_missed_and_what_is_kept_still_holds()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using var log = await schema.OpenAsync(options => options.PartitionSize = 512);
        await log.AppendAsync([.. Enumerable.Range(0, 1_600).Select(i => TestSchema.Event(i))]);
        var kept = await log.ProveAsync(17);
        var older = log.LatestCheckpoint.Checkpoint;
        await schema.ExecuteAsync("DROP TABLE {schema}.entry_1_0");

        var missing = await schema.VerifyAsync();
        Assert.Equal((VerificationFailureKind.Missing, "tile/entries/000"), (missing.Failure!.Kind, missing.Failure.Path));
        var rest = await VerifyFromAsync(schema, 512);
        Assert.True(rest.Holds, rest.ToString());
        Assert.Equal(VerificationFailureKind.Missing, (await VerifyFromAsync(schema, 256)).Failure!.Kind);

        // Made before, of what is gone; made now, of what is there; and the log goes on.
        Assert.True(kept.Verify([schema.Signer.Verifier]).Holds);
        Assert.True((await log.ProveAsync(512)).Verify([schema.Signer.Verifier]).Holds);
        await Assert.ThrowsAnyAsync<AuditException>(() => log.ProveAsync(17).AsTask());
        await log.AppendAsync(TestSchema.Event(1_600));
        await log.DisposeAsync();
        await using (var again = await schema.OpenAsync())
        {
            Assert.Equal(1_601, (await again.AppendAsync(TestSchema.Event(1_601))).Index);
            Assert.True((await again.ProveConsistencyAsync(older.Size)).Verify(older, [schema.Signer.Verifier]));
        }

        Assert.True((await VerifyFromAsync(schema, 512)).Holds);
    }

    private static async Task<LogVerificationResult> VerifyFromAsync(TestSchema schema, long index)
    {
        await using var reader = await schema.ReadAsync();
        return await new LogVerifier(reader, new LogVerificationOptions { Keys = [schema.Signer.Verifier], EntriesFrom = index }).VerifyAsync();
    }
}
