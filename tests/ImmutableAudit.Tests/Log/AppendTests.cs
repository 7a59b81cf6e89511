using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Log;

public sealed class AppendTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_appended_entry_has_a_receipt_can_be_read_proved_and_verified(bool inMemory)
    {
        await using var log = inMemory ? await _logs.OpenInMemoryAsync() : await _logs.OpenAsync();
        var receipts = new List<AuditReceipt>();
        for (var i = 0; i < 300; i++)
        {
            receipts.Add(await log.AppendAsync(TestLogs.Event(i)));
        }

        Assert.Equal(Enumerable.Range(0, 300).Select(i => (long)i), receipts.Select(receipt => receipt.Index));
        var entries = await log.ReadAsync().ToListAsync();
        Assert.Equal(receipts.Select(receipt => receipt.LeafHash), entries.Select(entry => TreeHasher.HashLeaf(entry.Bytes.Span)));
        Assert.Equal(receipts.Select(receipt => (receipt.Time, receipt.Id)), entries.Select(entry => (entry.Time, entry.Id)));

        var proof = await log.ProveAsync(123);
        Assert.True(AuditProof.Parse(proof.ToBytes()).Verify([_logs.Key]).Holds);

        await log.FlushAsync();
        var result = await new LogVerifier(log.Published, new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(300, result.Checkpoint!.Checkpoint.Size);
    }

    [Fact]
    public async Task A_log_goes_on_where_it_stopped()
    {
        long expected = 0;
        foreach (var count in new[] { 0, 1, 254, 1, 1, 255, 3, 600 })
        {
            await using (var log = await _logs.OpenAsync())
            {
                Assert.Equal(expected, log.Size);
                await Task.WhenAll(Enumerable.Range(0, count).Select(i => log.AppendAsync(TestLogs.Event(i)).AsTask()));
                expected += count;
            }

            var result = await new LogVerifier(LogReader.Open(_logs.LogDirectory), new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
            Assert.True(result.Holds, result.Failure?.Message);
            Assert.Equal(expected, result.Checkpoint!.Checkpoint.Size);
        }
    }
}
