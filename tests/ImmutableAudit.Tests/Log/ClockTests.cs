using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>Time never runs backwards and does not leap (LOG.md L9).</summary>
public sealed class ClockTests : IAsyncLifetime, IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly ManualTimeProvider _time = new();
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

    private async Task<DateTimeOffset> AppendAsync() => (await _log.AppendAsync(TestLogs.Event(0))).Time;
}
