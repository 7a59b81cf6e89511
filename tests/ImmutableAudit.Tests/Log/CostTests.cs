using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Log;

/// <summary>What opening and appending cost does not depend on the size of the log (LOG.md L21).</summary>
public sealed class CostTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Opening_and_appending_take_as_many_file_operations_at_70_000_entries_as_at_1_000()
    {
        // One tile level more is all that may tell.
        await GrowAsync(1_000);
        var small = await CostAsync();
        await GrowAsync(70_000);
        var large = await CostAsync();
        output.WriteLine($"{small.Operations} and {large.Operations} operations; {small.Read} and {large.Read} bytes read");
        Assert.InRange(large.Operations, 1, small.Operations + 8);
        Assert.InRange(large.Read, 1, small.Read + 200_000);
    }

    private async Task GrowAsync(long size)
    {
        await using var log = await _logs.OpenAsync(options => options.CheckpointInterval = TimeSpan.FromDays(1));
        while (log.Size < size)
        {
            await log.AppendAsync([.. Enumerable.Range(0, (int)Math.Min(10_000, size - log.Size)).Select(i => TestLogs.Event(i))]);
        }
    }

    private async Task<(int Operations, long Read)> CostAsync()
    {
        // Once more, so that a recovery of what growing left in the journal is not counted.
        await using (await _logs.OpenAsync())
        {
        }

        var files = new FaultyFiles();
        await using (var log = await AuditLog.OpenAsync(_logs.Options(
            new FileSystemSink(_logs.LogDirectory, null, files), options => options.Observers.Add(new CheckpointFileObserver(_logs.KeyDirectory, files)))))
        {
            await log.AppendAsync(TestLogs.Event(0));
            await log.FlushAsync();
        }

        return (files.Operations.Count, files.BytesRead);
    }
}
