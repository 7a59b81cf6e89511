using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Load;

/// <summary>Many producers append at once far more than the queue holds, while the disk does not answer.</summary>
public sealed class BurstTests : IDisposable
{
    private const int Producers = 8;
    private const int Appends = 500;

    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(4, 1_000_000)]
    [InlineData(1_000_000, 65_536)]
    public async Task A_burst_larger_than_the_queue_is_kept_whole_and_each_producers_order_with_it(int maxEntries, long maxBytes)
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var commits = 0;
        var sink = new InterceptedSink(new FileSystemSink(_logs.LogDirectory))
        {
            Completing = async _ =>
            {
                Interlocked.Increment(ref commits);
                await answer.Task;
                return null;
            },
        };
        using var gauge = new QueueGauge();
        await using var log = await AuditLog.OpenAsync(_logs.Options(sink, options =>
            (options.MaxQueuedEntries, options.MaxQueuedBytes, options.MeterFactory) = (maxEntries, maxBytes, gauge)));
        using var end = new AtEnd(() => answer.TrySetResult());
        var first = log.AppendAsync(Event("first", 0)).AsTask();
        await Waiting.ForAsync(() => Volatile.Read(ref commits) == 1, "the first commit");

        var bursts = await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(
            () => Enumerable.Range(0, Appends).Select(i => log.AppendAsync(Event($"{producer}", i)).AsTask()).ToArray())));

        // Beyond its bounds, the queue holds at most the one entry that each producer was about to put there.
        var (entries, bytes) = gauge.Read();
        var length = EncodedEvent.Create(Event("0", Appends - 1)).Length + 2;
        Assert.Equal(Producers * Appends, entries);
        Assert.InRange(bytes, 1, Math.Min(maxEntries * (long)length, maxBytes) + (Producers * length));
        Assert.DoesNotContain(bursts.SelectMany(burst => burst), append => append.IsCompleted);

        answer.SetResult();
        await first;
        var labels = new SortedDictionary<long, string> { [0] = "first-0" };
        for (var producer = 0; producer < Producers; producer++)
        {
            var indices = (await Task.WhenAll(bursts[producer]).WaitAsync(Waiting.Limit)).Select(receipt => receipt.Index).ToList();
            Assert.Equal(indices.Order(), indices);
            for (var i = 0; i < Appends; i++)
            {
                labels.Add(indices[i], $"{producer}-{i}");
            }
        }

        Assert.Equal((0L, 0L), gauge.Read());
        Assert.Equal(string.Join(' ', labels.Values), TestLogs.Labels(await log.ReadAsync().ToListAsync()));
        await log.FlushAsync();
        var result = await new LogVerifier(LogReader.Open(_logs.LogDirectory), new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(1 + (Producers * Appends), result.Checkpoint.Checkpoint.Size);
    }

    private static AuditEvent Event(string producer, int number) => TestLogs.Event(0, new string('x', 1_000)) with
    {
        Resource = new AuditResource { Type = "label", Id = $"{producer}-{number}" },
    };
}
