using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Testing;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>Time never runs backwards and does not leap (LOG.md L9).</summary>
public sealed class ClockTests : IAsyncLifetime, IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly TestClock _time = new();
    private AuditLog _log = null!;

    private DateTimeOffset Now => _time.GetUtcNow();

    public async Task InitializeAsync() => _log = await _logs.OpenInMemoryAsync(new InMemoryStore(), options => options.TimeProvider = _time);

    public async Task DisposeAsync() => await _log.DisposeAsync();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_take_entries_back()
    {
        var before = Now;
        Assert.Equal(before, await AppendAsync());
        _time.Set(before - TimeSpan.FromHours(5));
        Assert.Equal(before, await AppendAsync());
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(before, await AppendAsync());

        // Set right again, it is not ahead of anything.
        _time.Set(before + TimeSpan.FromHours(1));
        Assert.Equal(before + TimeSpan.FromHours(1), await AppendAsync());
    }

    [Fact]
    public async Task Time_that_passes_is_no_leap()
    {
        await AppendAsync();
        _time.Advance(TimeSpan.FromDays(400));
        Assert.Equal(Now, await AppendAsync());
    }

    [Fact]
    public async Task A_leap_is_refused_until_somebody_says_that_it_is_right()
    {
        await AppendAsync();
        _time.Set(Now + TimeSpan.FromMinutes(59));
        Assert.Equal(Now, await AppendAsync());
        _time.Set(Now + TimeSpan.FromMinutes(61));
        await Assert.ThrowsAsync<AuditClockException>(AppendAsync);
        await Assert.ThrowsAsync<AuditClockException>(AppendAsync);
        Assert.Equal(2, _log.Size);

        var receipt = await _log.AcceptClockAsync(new AuditSubject { Id = "operator" }, "The time server was away.");
        Assert.Equal((2, Now), (receipt.Index, receipt.Time));
        Assert.Equal(Now, await AppendAsync());
        var entry = await _log.ReadAsync(2).FirstAsync();
        Assert.Equal(("log.clock", "operator", "The time server was away."), (entry.Type, entry.Event.Actor.Id, entry.Event.Reason));
    }

    [Fact]
    public async Task A_leap_while_a_commit_is_written_is_refused_at_the_next()
    {
        var files = new FaultyFiles();
        await using var log = await AuditLog.OpenAsync(_logs.Options(
            new FileSystemSink(_logs.LogDirectory, null, files), options => options.TimeProvider = _time));
        var before = Now;
        files.Before = what =>
        {
            if (what.StartsWith("flush", StringComparison.Ordinal) && what.EndsWith(".journal", StringComparison.Ordinal))
            {
                _time.Set(before + TimeSpan.FromDays(700));
            }
        };
        Assert.Equal(before, (await log.AppendAsync(TestLogs.Event(0))).Time);
        await Assert.ThrowsAsync<AuditClockException>(async () => await log.AppendAsync(TestLogs.Event(1)));
    }

    [Fact]
    public async Task A_clock_at_the_end_of_time_can_be_mended()
    {
        _time.Set(DateTimeOffset.MaxValue - TimeSpan.FromMilliseconds(1));
        await AppendAsync();
        _time.Set(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(DateTimeOffset.MaxValue - TimeSpan.FromMilliseconds(1), await AppendAsync());
    }

    [Fact]
    public async Task A_clock_that_was_never_set_opens_a_log_and_stamps_entries()
    {
        _time.Set(new DateTimeOffset(1969, 12, 31, 0, 0, 0, TimeSpan.Zero));
        await using var log = await _logs.OpenAsync(options => options.TimeProvider = _time);
        Assert.Equal(Now, (await log.AppendAsync(TestLogs.Event(0))).Time);
    }

    [Fact]
    public async Task A_leap_that_is_mended_needs_nobody_to_say_so()
    {
        var before = await AppendAsync();
        _time.Set(before + TimeSpan.FromDays(365));
        await Assert.ThrowsAsync<AuditClockException>(AppendAsync);
        _time.Set(before + TimeSpan.FromSeconds(1));
        Assert.Equal(Now, await AppendAsync());
    }

    [Fact]
    public async Task A_leap_is_not_taken_when_the_entry_that_says_it_is_right_was_not_committed()
    {
        var sink = new InterceptedSink(new InMemorySink());
        await using var log = await AuditLog.OpenAsync(_logs.Options(sink, options => options.TimeProvider = _time));
        await log.AppendAsync(TestLogs.Event(0));
        _time.Set(Now + TimeSpan.FromDays(365));
        sink.Completing = _ => throw new AuditUnavailableException("The disk is full.");
        await Assert.ThrowsAsync<AuditUnavailableException>(
            async () => await log.AcceptClockAsync(new AuditSubject { Id = "operator" }, "It is right."));

        sink.Completing = null;
        await Assert.ThrowsAsync<AuditClockException>(async () => await log.AppendAsync(TestLogs.Event(1)));
        Assert.Equal(1, log.Size);
    }

    [Fact]
    public async Task A_leap_keeps_nobody_from_publishing_what_is_committed()
    {
        await AppendAsync();
        await AppendAsync();
        _time.Set(Now + TimeSpan.FromDays(365));
        var refused = AppendAsync();
        Assert.Equal(2, (await _log.FlushAsync()).Checkpoint.Size);
        await Assert.ThrowsAsync<AuditClockException>(() => refused);

        // Nor did it make the leap right.
        await Assert.ThrowsAsync<AuditClockException>(AppendAsync);
    }

    [Fact]
    public async Task What_is_posted_in_a_leap_was_not_appended_and_whoever_flushes_is_told_so()
    {
        await AppendAsync();
        _time.Set(Now + TimeSpan.FromDays(365));
        await _log.PostAsync(TestLogs.Event(1));
        var error = await Assert.ThrowsAsync<AuditUnavailableException>(async () => await _log.FlushAsync());
        Assert.Contains("1 posted events were not appended", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _log.Size);
    }

    [Theory]
    [InlineData(365)]
    [InlineData(-365)]
    public async Task A_leap_while_the_log_recovers_is_judged_as_any_other(int days)
    {
        var sink = new InterceptedSink(new InMemorySink());
        await using var log = await AuditLog.OpenAsync(_logs.Options(sink, options => options.TimeProvider = _time));
        var before = (await log.AppendAsync(TestLogs.Event(0))).Time;
        sink.Completing = _ =>
        {
            sink.Completing = null;
            _time.Set(Now + TimeSpan.FromDays(days));
            throw new IOException("cable pulled");
        };
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await log.AppendAsync(TestLogs.Event(1)));
        if (days < 0)
        {
            Assert.Equal(before, (await AppendOnceRecoveredAsync(log)).Time);
            return;
        }

        await Assert.ThrowsAsync<AuditClockException>(() => AppendOnceRecoveredAsync(log));
        await log.AcceptClockAsync(new AuditSubject { Id = "operator" }, "It is right.");
        Assert.Equal(Now, (await log.AppendAsync(TestLogs.Event(2))).Time);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_before_the_log_is_opened_again_takes_no_entry_back()
    {
        DateTimeOffset before;
        await using (var log = await _logs.OpenAsync(options => options.TimeProvider = _time))
        {
            before = (await log.AppendAsync(TestLogs.Event(0))).Time;
        }

        _time.Set(before - TimeSpan.FromDays(400));
        await using var again = await _logs.OpenAsync(options => options.TimeProvider = _time);
        Assert.Equal(before, (await again.AppendAsync(TestLogs.Event(1))).Time);

        // At opening there was nothing to compare with; from then on there is, and setting the clock right is a leap.
        _time.Set(before + TimeSpan.FromHours(2));
        await Assert.ThrowsAsync<AuditClockException>(async () => await again.AppendAsync(TestLogs.Event(2)));
    }

    [Fact]
    public async Task Under_load_no_entry_is_earlier_than_the_one_before_and_none_is_of_a_time_that_was_refused()
    {
        var start = Now;
        await AppendAsync();
        using var stop = new CancellationTokenSource();
        var producers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var (mine, refused) = (new List<AuditReceipt>(), 0);
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    mine.Add(await _log.AppendAsync(TestLogs.Event(0)));
                }
                catch (AuditClockException)
                {
                    refused++;
                }
            }

            Assert.Equal(mine.Select(receipt => receipt.Time).Order(), mine.Select(receipt => receipt.Time));
            return (mine, refused);
        })).ToList();

        // Never more than 40 minutes of true time; the wall clock goes to and fro, and into the far future.
        var random = Seeded.Random(9);
        for (var i = 0; i < 200; i++)
        {
            var size = _log.Size;
            if (i % 10 == 9)
            {
                _time.Set(start + TimeSpan.FromDays(random.Next(2, 5_000)));
                await Assert.ThrowsAsync<AuditClockException>(AppendAsync);
            }

            _time.Set(start + TimeSpan.FromMinutes(random.Next(-500_000, 40)));
            await AppendAsync();
            await Waiting.ForAsync(() => _log.Size > size + 1, "another entry");
        }

        await stop.CancelAsync();
        var outcomes = await Task.WhenAll(producers).WaitAsync(Waiting.Limit);
        var entries = await _log.ReadAsync().ToListAsync();
        Assert.Equal(entries.Select(entry => entry.Time).Order(), entries.Select(entry => entry.Time));
        Assert.InRange(entries[^1].Time, start, start + TimeSpan.FromMinutes(40));
        Assert.All(outcomes.SelectMany(outcome => outcome.mine), receipt => Assert.Equal(receipt.Time, entries[(int)receipt.Index].Time));
        Assert.Equal(entries.Count, 201 + outcomes.Sum(outcome => outcome.mine.Count));
    }

    private static async Task<AuditReceipt> AppendOnceRecoveredAsync(AuditLog log)
    {
        using var limit = new CancellationTokenSource(Waiting.Limit);
        while (true)
        {
            try
            {
                return await log.AppendAsync(TestLogs.Event(3), limit.Token);
            }
            catch (AuditUnavailableException)
            {
                await Task.Yield();
            }
        }
    }

    private async Task<DateTimeOffset> AppendAsync() => (await _log.AppendAsync(TestLogs.Event(0))).Time;
}
