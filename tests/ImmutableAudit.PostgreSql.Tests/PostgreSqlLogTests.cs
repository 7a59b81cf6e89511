using ImmutableAudit.PostgreSql.Tests.Support;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>A log in a database, from end to end.</summary>
[Collection(ServerTests.Name)]
public sealed class PostgreSqlLogTests(ServerFixture fixture)
{
    [ServerFact]
    public async Task What_is_appended_is_there_in_order_is_verified_and_stays()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await using (var log = await schema.OpenAsync())
        {
            for (var i = 0; i < 300; i++)
            {
                var receipt = await log.AppendAsync(TestSchema.Event(i));
                Assert.Equal(i, receipt.Index);
            }

            var proof = await log.ProveAsync(17);
            Assert.True(proof.Verify([schema.Signer.Verifier]).Holds);
        }

        await using (var log = await schema.OpenAsync())
        {
            Assert.Equal(300, (await log.AppendAsync(TestSchema.Event(300))).Index);
            var entries = new List<AuditEntry>();
            await foreach (var entry in log.ReadAsync())
            {
                entries.Add(entry);
            }

            Assert.Equal(Enumerable.Range(0, 301).Select(i => i.ToString()), entries.Select(entry => entry.Event.Resource!.Id), StringComparer.Ordinal);
        }

        var result = await schema.VerifyAsync();
        Assert.True(result.Holds, result.ToString());
        Assert.Equal(301, result.Checkpoint.Checkpoint.Size);
    }
}
