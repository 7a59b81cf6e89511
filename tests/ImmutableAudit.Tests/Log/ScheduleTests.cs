using FsCheck;
using FsCheck.Fluent;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Log;

/// <summary>
/// Many do at once everything that can be done with a log, in orders that nobody thought of: append in every way, withdraw, post,
/// flush, prove, read, follow, close. Whatever became of each call is what the log holds in the end.
/// </summary>
public sealed class ScheduleTests(ITestOutputHelper output) : IDisposable
{
    private static readonly Gen<Step> Steps =
        from kind in Gen.Elements(Enum.GetValues<StepKind>())
        from count in Gen.Frequency((8, Gen.Choose(1, 5)), (1, Gen.Choose(200, 600)))
        from patience in Gen.Frequency((3, Gen.Constant(Step.Patient)), (2, Gen.Choose(0, 3_000)))
        select new Step(kind, count, patience);

    private static readonly Arbitrary<Schedule> Schedules = (
        from actors in Gen.Choose(2, 8)
        from steps in Gen.Choose(3, 25).SelectMany(length => Steps.ArrayOf(length)).ArrayOf(actors)
        from closeAfter in Gen.Frequency((2, Gen.Constant(int.MaxValue)), (1, Gen.Choose(0, 40)))
        from queued in Gen.Elements(1, 7, 65_536)
        select new Schedule(steps, closeAfter, queued)).ToArbitrary();

    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public void Three_logs_on_one_store_hold_what_each_was_told() => Run(60, async schedule =>
    {
        var store = new InMemoryStore();
        var run = new ScheduleRun(schedule, _logs.Key);
        var logs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _logs.OpenInMemoryAsync(store, options => Configure(options, schedule))));
        await run.RunAsync(logs);
        await using var after = await _logs.OpenInMemoryAsync(store);
        return await run.CheckAsync(after);
    });

    [Fact]
    public void A_log_in_a_directory_holds_what_each_was_told() => Run(25, async schedule =>
    {
        using var logs = new TestLogs();
        var run = new ScheduleRun(schedule, logs.Key);
        await run.RunAsync(await logs.OpenAsync(options => Configure(options, schedule)));
        await using var after = await logs.OpenAsync();
        return await run.CheckAsync(after);
    });

    [Fact]
    public void A_log_whose_storage_fails_holds_what_each_was_told() => Run(40, async schedule =>
    {
        using var logs = new TestLogs();
        var files = new FaultyFiles();
        var run = new ScheduleRun(schedule, logs.Key, mayFail: true);
        var log = await AuditLog.OpenAsync(logs.Options(new FileSystemSink(logs.LogDirectory, null, files), options =>
        {
            options.Observers.Add(new CheckpointFileObserver(logs.KeyDirectory));
            Configure(options, schedule);
        }));
        var operations = files.Operations.Count;
        files.Arm(operations + (schedule.Actors.Sum(steps => steps.Length) % 40), Faults[schedule.Actors.Length % Faults.Length]);
        await run.RunAsync(log);
        await using var after = await logs.OpenAsync();
        return await run.CheckAsync(after);
    });

    private static readonly Fault[] Faults = [Fault.Failed, Fault.FailedButDone, Fault.HalfDone];

    private static void Configure(AuditLogOptions options, Schedule schedule)
    {
        options.CheckpointInterval = TimeSpan.FromMilliseconds(10);
        options.MaxQueuedEntries = schedule.MaxQueuedEntries;
    }

    private void Run(int schedules, Func<Schedule, Task<Tally>> run)
    {
        var sum = new Tally();
        var property = Prop.ForAll(Schedules, schedule =>
            Task.Run(async () => sum += await run(schedule)).WaitAsync(2 * Waiting.Limit).GetAwaiter().GetResult());
        property.CheckSeeded(schedules);
        output.WriteLine($"{schedules} schedules: {sum}");
        Assert.True(sum is { Acknowledged: > 0, Withdrawn: > 0, Posted: > 0, Proofs: > 0 }, sum.ToString());
    }
}
