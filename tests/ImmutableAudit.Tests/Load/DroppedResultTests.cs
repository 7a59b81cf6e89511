using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Load;

/// <summary>Alone, so that an exception that nobody observed is known to come from here.</summary>
[CollectionDefinition(nameof(DroppedResultTests), DisableParallelization = true)]
public sealed class DroppedResultCollection;

/// <summary>Callers who never look at what came of their append, beside others who do.</summary>
[Collection(nameof(DroppedResultTests))]
public sealed class DroppedResultTests : IDisposable
{
    private const int Producers = 6;
    private const int Rounds = 300;

    private readonly TestLogs _logs = new();
    private readonly ConcurrentBag<Exception> _unobserved = [];

    public DroppedResultTests()
    {
        Collect(); // What others have left.
        TaskScheduler.UnobservedTaskException += OnUnobserved;
    }

    public void Dispose()
    {
        TaskScheduler.UnobservedTaskException -= OnUnobserved;
        _logs.Dispose();
    }

    [Fact]
    public async Task Appends_that_nobody_awaits_are_appended_like_others()
    {
        var awaited = await RunAsync(sink => sink, producer => i => Drop(producer, TestLogs.Event(0) with { Resource = Label($"dropped-{i}") }));

        Collect();
        Assert.Empty(_unobserved);
        var entries = await CheckAsync(awaited);
        Assert.Equal(Producers * Rounds, entries.Count(label => label.StartsWith("dropped", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Appends_that_fail_and_that_nobody_awaits_harm_nobody()
    {
        using var given = new CancellationTokenSource();
        await given.CancelAsync();
        var awaited = await RunAsync(sink => sink, producer => i => DropFailing(producer, i, given));

        Assert.DoesNotContain(await CheckAsync(awaited), label => label.StartsWith("dropped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_commit_that_fails_fails_those_that_nobody_awaits_and_the_log_goes_on()
    {
        var commits = 0;
        var awaited = await RunAsync(
            sink => new InterceptedSink(sink)
            {
                Completing = _ => Interlocked.Increment(ref commits) % 40 == 0 ? throw new IOException("The disk is away.") : new((CommitOutcome?)null),
            },
            producer => i => Drop(producer, TestLogs.Event(0) with { Resource = Label($"dropped-{i}") }));

        Assert.True(commits >= 40);
        await CheckAsync(awaited);
    }

    /// <summary>Each producer drops and awaits in turn; gives what was acknowledged to those who awaited.</summary>
    private async Task<List<(AuditReceipt Receipt, string Label)>> RunAsync(Func<IAuditSink, IAuditSink> wrap, Func<AuditLog, Action<string>> drop)
    {
        await using var log = await AuditLog.OpenAsync(_logs.Options(
            wrap(new FileSystemSink(_logs.LogDirectory)), options => options.MaxQueuedEntries = 100));
        var dropping = drop(log);
        var awaited = await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
        {
            var mine = new List<(AuditReceipt Receipt, string Label)>();
            for (var i = 0; i < Rounds; i++)
            {
                try
                {
                    dropping($"{producer}-{i}");
                    mine.Add((await log.AppendAsync(TestLogs.Event(0) with { Resource = Label($"{producer}-{i}") }), $"{producer}-{i}"));
                }
                catch (AuditLogException e) when (e is AuditOutcomeUnknownException or AuditUnavailableException)
                {
                    // Somebody's commit failed; the log recovers.
                    await Task.Yield();
                }
            }

            return mine;
        })));
        return [.. awaited.SelectMany(mine => mine)];
    }

    private static void Drop(AuditLog log, AuditEvent auditEvent)
    {
#pragma warning disable CA2012 // Not looking at it is what is tested.
        _ = log.AppendAsync(auditEvent);
        _ = log.AppendAsync(EncodedEvent.Create(auditEvent with { Resource = null }));
#pragma warning restore CA2012
    }

    private static void DropFailing(AuditLog log, string label, CancellationTokenSource given)
    {
        var good = TestLogs.Event(0) with { Resource = Label($"dropped-{label}") };
#pragma warning disable CA2012 // As above.
        _ = log.AppendAsync(good with { Actor = new AuditSubject { Id = " " } });
        _ = log.AppendAsync(good with { Reason = new string('x', 70_000) });
        _ = log.AppendAsync([good, good with { Type = "log.opened" }]);
        _ = log.AppendIfAsync(good, _ => false);
        _ = log.AppendIfAsync(good, _ => throw new InvalidOperationException("No."));
        _ = log.AppendAsync(good, given.Token);
#pragma warning restore CA2012
    }

    private static AuditResource Label(string label) => new() { Type = "label", Id = label };

    /// <summary>The log verifies, and holds what was acknowledged where it was acknowledged; gives the labels of all entries.</summary>
    private async Task<List<string>> CheckAsync(List<(AuditReceipt Receipt, string Label)> awaited)
    {
        var result = await new LogVerifier(LogReader.Open(_logs.LogDirectory), new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        await using var log = await _logs.OpenAsync();
        var entries = await log.ReadAsync().ToListAsync();
        Assert.NotEmpty(awaited);
        Assert.All(awaited, own => Assert.Equal(
            (own.Receipt.Id, own.Receipt.LeafHash, own.Label),
            (entries[(int)own.Receipt.Index].Id, entries[(int)own.Receipt.Index].LeafHash, entries[(int)own.Receipt.Index].Event.Resource!.Id!)));
        return [.. entries.Select(entry => entry.Event.Resource?.Id ?? "-")];
    }

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e) => _unobserved.Add(e.Exception);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Collect()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
