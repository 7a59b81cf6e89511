using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;
using Xunit.Abstractions;

// These tests do with a ValueTask what nobody should.
#pragma warning disable CA2012, xUnit1031

namespace ImmutableAudit.Tests.Log;

/// <summary>What carries an append is used again: nobody ever gets another's receipt, whatever is done with the ValueTask.</summary>
public sealed class PooledRequestTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_receipt_that_is_taken_twice_takes_nothing_from_others()
    {
        // The log's thread stops between letting the caller go and being done with the request itself.
        using var meters = new Meters();
        using var released = new ManualResetEventSlim();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter == meters.Meter && instrument.Name == "immutableaudit.commit.duration")
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => released.Wait(Waiting.Limit));
        listener.Start();
        await using var log = await _logs.OpenInMemoryAsync(configure: options => options.MeterFactory = meters);

        var first = log.AppendAsync(TestLogs.Event(0));
        await Waiting.ForAsync(() => first.IsCompleted, "the first append");
        var receipt = first.GetAwaiter().GetResult();
        Assert.Throws<InvalidOperationException>(() => first.GetAwaiter().GetResult());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await first);

        // With what was let go once too often, these would share one request.
        var others = Enumerable.Range(1, 3).Select(i => log.AppendAsync(WithId(i)).AsTask()).ToList();
        released.Set();
        var receipts = await Task.WhenAll(others).WaitAsync(Waiting.Limit);
        Assert.Equal([1L, 2L, 3L], receipts.Select(other => other.Index));
        Assert.Equal([Id(1), Id(2), Id(3)], receipts.Select(other => other.Id));
        Assert.Equal(0, receipt.Index);
        Assert.Throws<InvalidOperationException>(() => first.GetAwaiter().GetResult());
        Assert.Equal("0 1 2 3", TestLogs.Labels(await log.ReadAsync().ToListAsync()));
    }

    [Fact]
    public async Task A_receipt_that_is_asked_for_too_early_can_still_be_awaited()
    {
        var go = new TaskCompletionSource();
        var sink = new InterceptedSink(new InMemorySink())
        {
            Completing = async _ =>
            {
                await go.Task;
                return null;
            },
        };
        await using var log = await AuditLog.OpenAsync(_logs.Options(sink));
        var append = log.AppendAsync(WithId(7));
        Assert.Throws<InvalidOperationException>(() => append.GetAwaiter().GetResult());
        go.SetResult();
        Assert.Equal(Id(7), (await append).Id);
        Assert.Throws<InvalidOperationException>(() => append.GetAwaiter().GetResult());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task However_receipts_are_taken_or_not_each_is_that_of_its_own_event(bool inMemory)
    {
        const int Producers = 8;
        var each = inMemory ? 4_000 : 400;
        var receipts = new ConcurrentDictionary<Guid, AuditReceipt>();
        var cancelled = new ConcurrentBag<Guid>();
        var unread = new ConcurrentBag<Guid>();
        var log = inMemory ? await _logs.OpenInMemoryAsync() : await _logs.OpenAsync();
        var encoded = EncodedEvent.Create(TestLogs.Event(0));
        await using (log)
        {
            await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
            {
                var random = Seeded.Random(producer);
                for (var i = 0; i < each; i++)
                {
                    var number = (producer * each) + i;
                    using var source = new CancellationTokenSource();
                    var kind = random.Next(8);
                    var token = kind < 3 ? source.Token : default;
                    Task? cancelling = null;
                    try
                    {
                        var append = log.AppendAsync(WithId(number), token);
                        var spins = random.Next(400);
                        cancelling = kind < 3 ? Task.Run(() => Cancel(source, spins)) : null;
                        switch (kind)
                        {
                            case 0 or 3:
                                Keep(Id(number), await append);
                                break;
                            case 1 or 4:
                                Keep(Id(number), await append.AsTask());
                                Assert.ThrowsAny<InvalidOperationException>(() => append.GetAwaiter().GetResult());
                                break;
                            case 2 or 5:
                                await Waiting.ForAsync(() => append.IsCompleted, "an append");
                                AuditReceipt receipt;
                                try
                                {
                                    receipt = append.GetAwaiter().GetResult();
                                }
                                finally
                                {
                                    Assert.ThrowsAny<InvalidOperationException>(() => append.GetAwaiter().GetResult());
                                }

                                Keep(Id(number), receipt);
                                break;
                            case 6:
                                unread.Add(Id(number));
                                break;
                            default:
                                unread.Add(await log.PostAsync(encoded));
                                Keep(Id(number), await append);
                                break;
                        }
                    }
                    catch (OperationCanceledException)
                    {
                        cancelled.Add(Id(number));
                    }
                    finally
                    {
                        await (cancelling ?? Task.CompletedTask);
                    }
                }
            }))).WaitAsync(2 * Waiting.Limit);
            await log.FlushAsync();

            var entries = await log.ReadAsync().ToListAsync();
            var found = entries.Select(entry => entry.Id).ToHashSet();
            Assert.Equal(entries.Count, found.Count);
            Assert.True(found.SetEquals(receipts.Keys.Concat(unread)));
            Assert.DoesNotContain(cancelled, found.Contains);
            Assert.All(receipts.Values, receipt =>
            {
                var entry = entries[(int)receipt.Index];
                Assert.Equal((entry.Id, entry.LeafHash, entry.Time), (receipt.Id, receipt.LeafHash, receipt.Time));
            });
        }

        output.WriteLine($"{receipts.Count} receipts, {cancelled.Count} withdrawn, {unread.Count} never read");
        Assert.NotEmpty(cancelled);

        void Keep(Guid id, AuditReceipt receipt)
        {
            Assert.Equal(id, receipt.Id);
            Assert.True(receipts.TryAdd(id, receipt));
        }
    }

    private static void Cancel(CancellationTokenSource source, int spins)
    {
        Thread.SpinWait(spins);
        source.Cancel();
    }

    private static Guid Id(int number) => new($"019b0000-0000-7000-8000-{number:x12}");

    private static AuditEvent WithId(int number) => TestLogs.Event(number) with { Id = Id(number) };

    /// <summary>A meter of one log's own, that a test can tell from others'.</summary>
    private sealed class Meters : IMeterFactory
    {
        public Meter? Meter { get; private set; }

        public Meter Create(MeterOptions options) => Meter = new Meter(options);

        public void Dispose() => Meter?.Dispose();
    }
}
