using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Load;

/// <summary>Entries from the shortest event that there is to 65,535 bytes, mixed in one call and between callers.</summary>
public sealed class MixedLengthTests : IDisposable
{
    private static readonly AuditEvent Smallest = new() { Actor = new AuditSubject { Id = "a" }, Action = "a" };
    private static readonly int Shortest = EncodedEvent.Create(Smallest).Length;

    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task One_call_may_hold_the_shortest_and_the_longest_side_by_side()
    {
        var lengths = Enumerable.Range(0, 300).Select(i => (i % 5) switch
        {
            0 => Shortest,
            1 when i % 3 == 0 => AuditEntry.MaxLength,
            _ => Between(i),
        }).ToArray();
        await using var log = await _logs.OpenAsync();

        // Encoded by the caller, and by the log.
        var receipts = (await log.AppendAsync([.. lengths.Select(OfLength)])).ToList();
        receipts.AddRange(await log.AppendAsync([.. lengths.Select(length => EncodedEvent.Create(OfLength(length)))]));

        var entries = await log.ReadAsync().ToListAsync();
        Assert.Equal(lengths.Concat(lengths), entries.Select(entry => entry.Bytes.Length));
        Assert.Equal(receipts.Select(receipt => receipt.LeafHash), entries.Select(entry => TreeHasher.HashLeaf(entry.Bytes.Span)));
        await VerifyAsync(log);
    }

    [Fact]
    public async Task Many_producers_may_append_the_shortest_and_the_longest_at_once()
    {
        await using var log = await _logs.OpenAsync();
        var appended = (await Task.WhenAll(Enumerable.Range(0, 16).Select(producer => Task.Run(async () =>
        {
            var mine = new List<(AuditReceipt Receipt, int Length)>();
            for (var i = 0; i < 40; i++)
            {
                var length = ((producer + i) % 8) switch
                {
                    0 => Shortest,
                    1 => AuditEntry.MaxLength,
                    _ => Between((producer * 40) + i),
                };
                mine.Add((await log.AppendAsync(OfLength(length)), length));
            }

            return mine;
        })))).SelectMany(mine => mine).OrderBy(own => own.Receipt.Index).ToList();

        var entries = await log.ReadAsync().ToListAsync();
        Assert.Equal(appended.Select(own => own.Length), entries.Select(entry => entry.Bytes.Length));
        Assert.Equal(appended.Select(own => own.Receipt.LeafHash), entries.Select(entry => TreeHasher.HashLeaf(entry.Bytes.Span)));
        await VerifyAsync(log);
    }

    [Fact]
    public async Task One_byte_more_than_the_longest_is_refused()
    {
        await using var log = await _logs.OpenInMemoryAsync();
        await log.AppendAsync(OfLength(AuditEntry.MaxLength));
        await Assert.ThrowsAsync<AuditEntryTooLargeException>(async () => await log.AppendAsync(Padded(AuditEntry.MaxLength + 1)));
        Assert.Equal(1, log.Size);
    }

    /// <summary>Small ones more often than large ones.</summary>
    private static int Between(int seed)
    {
        var random = Seeded.Random(seed);
        return random.Next(Shortest + 50, Shortest + 51 + (int)Math.Pow(2, 6 + (random.NextDouble() * 9.9)));
    }

    private static AuditEvent OfLength(int length)
    {
        var made = length == Shortest ? Smallest : Padded(length);
        Assert.Equal(length, EncodedEvent.Create(made).Length);
        return made;
    }

    private static AuditEvent Padded(int length)
    {
        var padding = length - EncodedEvent.Create(Smallest with { Reason = "x" }).Length;
        return Smallest with { Reason = "x" + new string('x', padding) };
    }

    private async Task VerifyAsync(AuditLog log)
    {
        var size = log.Size;
        await log.FlushAsync();
        var result = await new LogVerifier(LogReader.Open(_logs.LogDirectory), new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(size, result.Checkpoint.Checkpoint.Size);
    }
}
