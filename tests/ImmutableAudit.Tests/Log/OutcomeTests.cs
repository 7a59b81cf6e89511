using ImmutableAudit.Log;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Testing;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>Decisions, outcomes nobody waits for, and whether a run ends in order (PRIVILEGE.md P6).</summary>
public sealed class OutcomeTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly InMemoryStore _store = new();
    private readonly InterceptedSink _sink;
    private readonly TestClock _time = new();
    private Func<CommitBatch, ValueTask<CommitOutcome?>> _completing = _ => new((CommitOutcome?)null);

    public OutcomeTests() => _sink = new InterceptedSink(new InMemorySink(_store)) { Completing = batch => _completing(batch) };

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_act_has_its_decision_before_it_and_its_outcome_behind_it_and_the_run_ends_in_order(bool blocking)
    {
        var log = await OpenAsync();
        var privileged = log.Privileged;
        var act = blocking ? privileged.Begin(PrivilegedEntries.Decision(), (_, _) => true) : await privileged.BeginAsync(PrivilegedEntries.Decision(), (_, _) => true);
        Assert.Equal(act.Decision.Receipt.Index + 1, log.Size);
        act.Outcome!.Record(PrivilegedEntries.Outcome(act));
        act.Outcome.Record(PrivilegedEntries.Outcome(act)); // Ended once.
        act.Outcome.Lose();
        await log.DisposeAsync();

        var entries = await EntriesAsync();
        Assert.Equal(["log.opened", "access.allowed", "access.outcome", "log.closed"], entries.Select(entry => entry.Type), StringComparer.Ordinal);
        Assert.Equal(act.Decision.Receipt.LeafHash, entries[2].Event.Ref!.Leaf);
        Assert.All(new[] { entries[0], entries[3] }, entry => Assert.Equal(privileged.Session, entry.Event.Session));
    }

    [Fact]
    public async Task A_log_that_closes_waits_for_the_acts_under_way_and_begins_none()
    {
        var log = await OpenAsync();
        var act = await log.Privileged.BeginAsync(PrivilegedEntries.Decision(), (_, _) => true);
        var closing = log.DisposeAsync().AsTask();
        await Waiting.ForAsync(() => !log.Privileged.AcceptsAppends, "the log to close");
        await Assert.ThrowsAsync<AuditUnavailableException>(() => log.Privileged.BeginAsync(PrivilegedEntries.Decision(), (_, _) => true).AsTask());
        Assert.False(closing.IsCompleted);
        act.Outcome!.Record(PrivilegedEntries.Outcome(act));
        await closing.WaitAsync(Waiting.Limit);
        Assert.Equal("log.opened access.allowed access.outcome log.closed", await TypesAsync());
    }

    [Fact]
    public async Task An_act_that_does_not_end_in_time_leaves_the_run_open_so_that_its_outcome_is_unknown()
    {
        var log = await OpenAsync(options => options.TimeProvider = _time);
        var act = await log.Privileged.BeginAsync(PrivilegedEntries.Decision(), (_, _) => true);
        var closing = log.DisposeAsync().AsTask();
        await Waiting.ForAsync(() => !log.Privileged.AcceptsAppends, "the log to close");
        while (!closing.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await closing;
        act.Outcome!.Record(PrivilegedEntries.Outcome(act)); // Too late, and harms nobody.
        Assert.Equal("log.opened access.allowed", await TypesAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_decision_that_is_not_on_record_expects_no_outcome(bool blocking)
    {
        var log = await OpenAsync();
        var privileged = log.Privileged;
        async Task<BegunAct> BeginAsync(AppendCondition condition, CancellationToken cancellationToken = default) => blocking
            ? privileged.Begin(PrivilegedEntries.Decision(), condition, cancellationToken)
            : await privileged.BeginAsync(PrivilegedEntries.Decision(), condition, cancellationToken);

        var refused = await BeginAsync((_, _) => false);
        Assert.Equal((false, null), (refused.Decision.Holds, refused.Outcome));
        await Assert.ThrowsAsync<InvalidOperationException>(() => BeginAsync((_, _) => throw new InvalidOperationException()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BeginAsync((_, _) => true, new CancellationToken(canceled: true)));
        _completing = _ => throw new AuditUnavailableException("No space left.");
        await Assert.ThrowsAsync<AuditUnavailableException>(() => BeginAsync((_, _) => true));
        _completing = _ => new((CommitOutcome?)null);
        await log.DisposeAsync();
        Assert.Equal("log.opened log.closed", await TypesAsync());
    }

    [Fact]
    public async Task A_decision_that_may_be_on_record_without_an_act_leaves_the_run_open()
    {
        var log = await OpenAsync();
        _completing = _ => throw new IOException("The disk is away.");
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(() => log.Privileged.BeginAsync(PrivilegedEntries.Decision(), (_, _) => true).AsTask());
        _completing = _ => new((CommitOutcome?)null);
        await Waiting.ForAsync(() => log.Privileged.AcceptsAppends, "the log to recover");
        await log.DisposeAsync();
        Assert.Equal("log.opened", await TypesAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_outcome_that_could_not_be_committed_comes_with_the_next_commit(bool unknown)
    {
        var log = await OpenAsync();
        var act = await log.Privileged.BeginAsync(PrivilegedEntries.Decision(), (_, _) => true);
        var failed = new TaskCompletionSource();
        _completing = _ =>
        {
            failed.TrySetResult();
            throw unknown ? new IOException("The disk is away.") : new AuditUnavailableException("No space left.");
        };
        act.Outcome!.Record(PrivilegedEntries.Outcome(act));
        await failed.Task.WaitAsync(Waiting.Limit);
        _completing = _ => new((CommitOutcome?)null);
        await Waiting.ForAsync(() => log.Privileged.AcceptsAppends, "the log to recover");
        if (!unknown)
        {
            await log.AppendAsync(TestLogs.Event(0));
        }

        await Waiting.ForAsync(() => log.Size == (unknown ? 3 : 4), "the outcome");
        await log.DisposeAsync();
        Assert.Equal(unknown ? "log.opened access.allowed access.outcome log.closed" : "log.opened access.allowed event access.outcome log.closed", await TypesAsync());
    }

    [Fact]
    public async Task An_outcome_that_waits_for_storage_when_the_log_closes_is_tried_once_more()
    {
        var log = await OpenAsync();
        var act = await log.Privileged.BeginAsync(PrivilegedEntries.Decision(), (_, _) => true);
        _completing = _ => throw new AuditUnavailableException("No space left.");
        act.Outcome!.Record(PrivilegedEntries.Outcome(act));
        await Assert.ThrowsAsync<AuditUnavailableException>(() => log.AppendAsync(TestLogs.Event(0)).AsTask());
        _completing = _ => new((CommitOutcome?)null);
        await log.DisposeAsync();
        Assert.Equal("log.opened access.allowed access.outcome log.closed", await TypesAsync());
    }

    [Fact]
    public async Task An_outcome_is_taken_when_the_queue_is_full_and_its_act_does_not_wait()
    {
        var go = new TaskCompletionSource();
        var log = await OpenAsync(options => options.MaxQueuedEntries = 4);
        var acts = new List<BegunAct>();
        for (var i = 0; i < 20; i++)
        {
            acts.Add(await log.Privileged.BeginAsync(PrivilegedEntries.Decision(), (_, _) => true));
        }

        _completing = async _ =>
        {
            await go.Task;
            return null;
        };
        acts.ForEach(act => act.Outcome!.Record(PrivilegedEntries.Outcome(act)));
        go.SetResult();
        await log.DisposeAsync();
        var entries = await EntriesAsync();
        Assert.Equal(
            acts.Select(act => act.Decision.Receipt.Index), entries.Where(entry => entry.Type == "access.outcome").Select(entry => entry.Event.Ref!.Index));
        Assert.Equal("log.closed", entries[^1].Type);
    }

    [Fact]
    public async Task An_outcome_that_can_be_no_entry_throws_nothing_and_leaves_the_run_open()
    {
        var log = await OpenAsync();
        var act = await log.Privileged.BeginAsync(PrivilegedEntries.Decision(), (_, _) => true);
        act.Outcome!.Record(PrivilegedEntries.Outcome(act) with { Reason = new string('x', 70_000) });
        await log.DisposeAsync();
        Assert.Equal("log.opened access.allowed", await TypesAsync());
    }

    [Fact]
    public async Task A_run_is_on_record_once_it_is_required_before_or_after_opening()
    {
        await using (var log = await AuditLog.OpenAsync(_logs.Options(new InMemorySink(_store))))
        {
            await log.AppendAsync(TestLogs.Event(0));
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => log.Privileged.RequireSessionAsync().AsTask()));
        }

        var next = new AuditLog(_logs.Options(new InMemorySink(_store)));
        await next.Privileged.RequireSessionAsync();
        await next.OpenAsync(CancellationToken.None);
        await next.Privileged.RequireSessionAsync();
        await next.DisposeAsync();
        await next.Privileged.RequireSessionAsync();
        Assert.Equal("event log.opened log.closed log.opened log.closed", await TypesAsync());
        Assert.Equal(2, (await EntriesAsync()).Select(entry => entry.Event.Session).OfType<string>().Distinct(StringComparer.Ordinal).Count());
    }

    private Task<AuditLog> OpenAsync(Action<AuditLogOptions>? configure = null) => AuditLog.OpenAsync(_logs.Options(_sink, options =>
    {
        options.RecordSessions = true;
        options.OutcomeGrace = TimeSpan.FromSeconds(20);
        configure?.Invoke(options);
    }));

    private async Task<string> TypesAsync() => string.Join(' ', (await EntriesAsync()).Select(entry => entry.Type));

    private async Task<List<AuditEntry>> EntriesAsync()
    {
        await using var log = await _logs.OpenInMemoryAsync(_store);
        return await log.ReadAsync().ToListAsync();
    }
}
