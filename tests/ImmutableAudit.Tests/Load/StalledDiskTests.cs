using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Load;

/// <summary>A disk that does not answer for a while, in the middle of many appends.</summary>
public sealed class StalledDiskTests : IDisposable
{
    private const int Appends = 300;

    private readonly TestLogs _logs = new();
    private readonly FaultyFiles _files = new();
    private readonly ManualResetEventSlim _answering = new(initialState: true);
    private int _stalled;

    public void Dispose()
    {
        _logs.Dispose();
        _answering.Dispose();
    }

    [Theory]
    [InlineData("write ")]
    [InlineData("flush ")]
    public async Task While_the_journal_does_not_answer_appends_wait_or_are_withdrawn_and_then_all_goes_on(string operation)
    {
        await using var log = await OpenAsync();
        using var end = new AtEnd(_answering.Set);
        await log.AppendAsync(Event("before"));
        Stall(what => what.StartsWith(operation, StringComparison.Ordinal) && what.Contains(".journal", StringComparison.Ordinal));
        using var impatient = new CancellationTokenSource();

        // On its way to the disk already: it cannot be withdrawn any more.
        var first = log.AppendAsync(Event("first"), impatient.Token).AsTask();
        await Waiting.ForAsync(() => Volatile.Read(ref _stalled) > 0, "the stalled operation");
        var patient = Enumerable.Range(0, Appends).Select(i => log.AppendAsync(Event($"patient-{i}")).AsTask()).ToArray();
        var withdrawn = Enumerable.Range(0, Appends).Select(i => log.AppendAsync(Event($"withdrawn-{i}"), impatient.Token).AsTask()).ToArray();
        await impatient.CancelAsync();
        foreach (var append in withdrawn)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => append.WaitAsync(Waiting.Limit));
        }

        Assert.False(first.IsCompleted);
        Assert.DoesNotContain(patient, append => append.IsCompleted);

        _answering.Set();
        await Task.WhenAll([first, .. patient]).WaitAsync(Waiting.Limit);
        await log.AppendAsync(Event("after"));
        await CheckAsync(log, ["before", "first", .. Enumerable.Range(0, Appends).Select(i => $"patient-{i}"), "after"]);
    }

    [Fact]
    public async Task While_tiles_cannot_be_written_appends_go_on_and_afterwards_all_is_published()
    {
        await using var log = await OpenAsync();
        using var end = new AtEnd(_answering.Set);
        Stall(what => what.StartsWith("write ", StringComparison.Ordinal) && what.Contains("/tile/", StringComparison.Ordinal));
        await log.AppendAsync(Event("0"));
        await Waiting.ForAsync(() => Volatile.Read(ref _stalled) > 0, "the stalled operation");
        var demand = log.FlushAsync().AsTask();
        for (var i = 1; i < Appends; i++)
        {
            await log.AppendAsync(Event($"{i}")).AsTask().WaitAsync(Waiting.Limit);
        }

        Assert.False(demand.IsCompleted);
        Assert.Equal(0, log.LatestCheckpoint.Checkpoint.Size);

        _answering.Set();
        await demand.WaitAsync(Waiting.Limit);
        await CheckAsync(log, [.. Enumerable.Range(0, Appends).Select(i => $"{i}")]);
    }

    private void Stall(Func<string, bool> operations)
    {
        _answering.Reset();
        _files.Before = what =>
        {
            if (operations(what.Replace('\\', '/')) && !_answering.IsSet)
            {
                Interlocked.Increment(ref _stalled);
                Assert.True(_answering.Wait(Waiting.Limit + Waiting.Limit));
            }
        };
    }

    private async Task CheckAsync(AuditLog log, string[] labels)
    {
        Assert.Equal(string.Join(' ', labels), TestLogs.Labels(await log.ReadAsync().ToListAsync()));
        await log.FlushAsync();
        var result = await new LogVerifier(LogReader.Open(_logs.LogDirectory), new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(labels.Length, result.Checkpoint.Checkpoint.Size);
    }

    private static AuditEvent Event(string label) => TestLogs.Event(0) with { Resource = new AuditResource { Type = "label", Id = label } };

    private Task<AuditLog> OpenAsync() => AuditLog.OpenAsync(_logs.Options(
        new FileSystemSink(_logs.LogDirectory, null, _files), options => options.CheckpointInterval = TimeSpan.FromMilliseconds(10)));
}
