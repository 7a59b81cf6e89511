using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Log;

/// <summary>
/// Whatever the log waits for, its caller may lose patience just then: he is told that he did, or has the result, and the log
/// is as good as before.
/// </summary>
public sealed class CancellationTests(ITestOutputHelper output) : IDisposable
{
    private const int Entries = 600;

    private readonly TestLogs _logs = new();

    public static TheoryData<string> Calls => ["append", "append many", "append if", "post", "flush", "prove", "prove consistency", "read", "follow"];

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Opening_can_be_given_up_at_every_step_of_a_new_log_and_of_one_that_is_there()
    {
        foreach (var size in new[] { 0, Entries })
        {
            var (givenUp, step) = (0, 0);
            for (var asked = 0; step <= asked; step++)
            {
                asked = 0;
                using var cancellation = new CancellationTokenSource();
                var sink = Sink();
                var at = step;
                sink.Asking = () => CancelAt(at, ref asked, cancellation);
                try
                {
                    // A new log for every step: what is begun is not taken back.
                    await using var opened = await OpenAsync(sink, cancellation.Token);
                    Assert.Equal(size, opened.Size);
                }
                catch (OperationCanceledException)
                {
                    givenUp++;
                }

                await using var log = await OpenAsync(Sink());
                Assert.Equal(size, log.Size);
                if (size == 0 && step < asked)
                {
                    await log.DisposeAsync();
                    Directory.Delete(_logs.LogDirectory, recursive: true);
                    Directory.Delete(_logs.KeyDirectory, recursive: true);
                }
            }

            output.WriteLine($"{step - 1} steps of opening {size} entries, given up at {givenUp}");
            Assert.InRange(givenUp, 1, step);
            await using var full = await OpenAsync(Sink());
            await full.AppendAsync([.. Enumerable.Range(0, Entries).Select(i => TestLogs.Event(i))]);
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Every_call_can_be_given_up_whenever_it_waits(string call)
    {
        var sink = Sink();
        await using var log = await OpenAsync(sink);
        await log.AppendAsync([.. Enumerable.Range(0, Entries).Select(i => TestLogs.Event(i))]);
        await log.FlushAsync();
        var (givenUp, step) = (0, 0);
        for (var asked = 0; step <= asked; step++)
        {
            asked = 0;
            var at = step;
            using var cancellation = new CancellationTokenSource();
            sink.Asking = () => CancelAt(at, ref asked, cancellation);
            try
            {
                await CallAsync(log, call, cancellation.Token).WaitAsync(Waiting.Limit, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancellation.IsCancellationRequested);
                givenUp++;
            }

            // And the next, which nobody gives up, comes to its end.
            sink.Asking = null;
            if (call != "follow")
            {
                await CallAsync(log, call, CancellationToken.None).WaitAsync(Waiting.Limit);
            }
        }

        output.WriteLine($"{call}: {step} steps, given up at {givenUp}");
        await log.FlushAsync();
        var result = await new LogVerifier(log.Published, new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal(log.Size, result.Checkpoint.Checkpoint.Size);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_call_that_is_given_up_before_it_begins_does_nothing(string call)
    {
        await using var log = await OpenAsync(Sink());
        await log.AppendAsync(TestLogs.Event(0));
        await log.FlushAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CallAsync(log, call, new CancellationToken(canceled: true)));
        await log.FlushAsync();
        Assert.Equal(1, log.Size);
    }

    private static void CancelAt(int step, ref int asked, CancellationTokenSource cancellation)
    {
        if (Interlocked.Increment(ref asked) == step + 1)
        {
            cancellation.Cancel();
        }
    }

    private static async Task CallAsync(AuditLog log, string call, CancellationToken token)
    {
        switch (call)
        {
            case "append":
                await log.AppendAsync(TestLogs.Event(0), token);
                break;
            case "append many":
                await log.AppendAsync([TestLogs.Event(0), TestLogs.Event(1)], token);
                break;
            case "append if":
                await log.AppendIfAsync(TestLogs.Event(0), _ => true, token);
                break;
            case "post":
                await log.PostAsync(TestLogs.Event(0), token);
                break;
            case "flush":
                await log.AppendAsync(TestLogs.Event(0), token);
                await log.FlushAsync(token);
                break;
            case "prove":
                // The newest, for which a checkpoint is made, and one that has one.
                await log.AppendAsync(TestLogs.Event(0), token);
                _ = await log.ProveAsync(log.Size - 1, token);
                _ = await log.ProveAsync(0, token);
                break;
            case "prove consistency":
                _ = await log.ProveConsistencyAsync(1, token);
                break;
            case "read":
                Assert.Equal(log.Size, await log.ReadAsync(cancellationToken: token).CountAsync(CancellationToken.None));
                break;
            default:
                await foreach (var entry in log.FollowAsync(cancellationToken: token))
                {
                    if (entry.Index == log.Size - 1)
                    {
                        break;
                    }
                }

                break;
        }
    }

    private InterceptedSink Sink() => new(new FileSystemSink(_logs.LogDirectory));

    private Task<AuditLog> OpenAsync(InterceptedSink sink, CancellationToken cancellationToken = default) =>
        AuditLog.OpenAsync(_logs.Options(sink, options => options.Observers.Add(new CheckpointFileObserver(_logs.KeyDirectory))), cancellationToken);
}
