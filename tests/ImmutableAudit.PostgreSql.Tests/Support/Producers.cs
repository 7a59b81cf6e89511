using System.Collections.Concurrent;

namespace ImmutableAudit.PostgreSql.Tests.Support;

/// <summary>
/// Appends to a log, through one instance or several, from several tasks until it is told to stop; what it hears of each entry is held against
/// the log at the end: what was acknowledged is there once, what was refused is not, and what is unknown is there once at most.
/// </summary>
internal sealed class Producers : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, long> _acknowledged = [];
    private readonly ConcurrentDictionary<string, bool> _unknown = [];
    private readonly ConcurrentBag<string> _refused = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _tasks;
    private int _count;

    public Producers(int perLog, params AuditLog[] logs) =>
        _tasks = [.. logs.SelectMany((log, i) => Enumerable.Range(0, perLog).Select(j => Task.Run(() => ProduceAsync(log, $"{i}-{j}"))))];

    /// <summary>How many entries were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _count);

    /// <summary>How many appends failed, or ended unknown.</summary>
    public int Failed => _refused.Count + _unknown.Count;

    /// <summary>Waits until more are acknowledged than are now.</summary>
    public Task GoOnAsync(int entries)
    {
        var goal = Acknowledged + entries;
        return Until.TrueAsync(() => Acknowledged >= goal || _tasks.Exists(task => task.IsFaulted), "the log goes on");
    }

    /// <summary>No more is appended.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_tasks);
    }

    /// <summary>Stops, and holds the log against what was heard.</summary>
    public async Task CheckAsync(TestSchema schema, AuditLog log)
    {
        await StopAsync();
        var last = _acknowledged.Values.Max();
        await Until.TrueAsync(async () => await log.ReadAsync(last).AnyAsync(), "the log knows what the other instances have appended");
        await log.FlushAsync();
        var result = await schema.VerifyAsync();
        Assert.True(result.Holds, result.ToString());

        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        var next = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var entry in log.ReadAsync())
        {
            var id = entry.Event.Resource!.Id!;
            Assert.True(found.TryAdd(id, entry.Index), $"{id} is there twice.");
            var dash = id.LastIndexOf('-');
            var number = int.Parse(id[(dash + 1)..]);
            Assert.True(next.GetValueOrDefault(id[..dash]) <= number, $"{id} is not in its producer's order.");
            next[id[..dash]] = number + 1;
        }

        Assert.Equal(result.Checkpoint.Checkpoint.Size, found.Count);
        Assert.All(_acknowledged, pair => Assert.Equal(pair.Value, found.GetValueOrDefault(pair.Key, -1)));
        Assert.All(_refused, id => Assert.DoesNotContain(id, found));
        Assert.True(found.Keys.All(id => _acknowledged.ContainsKey(id) || _unknown.ContainsKey(id)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task ProduceAsync(AuditLog log, string name)
    {
        for (var i = 0; !_stopping.IsCancellationRequested; i++)
        {
            var id = $"{name}-{i}";
            try
            {
                var receipt = await log.AppendAsync(new AuditEvent
                {
                    Actor = new AuditSubject { Id = name, Kind = "process" },
                    Action = "test.append",
                    Resource = new AuditResource { Type = "number", Id = id },
                });
                _acknowledged[id] = receipt.Index;
                Interlocked.Increment(ref _count);
            }
            catch (AuditUnavailableException)
            {
                _refused.Add(id);
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
            catch (AuditOutcomeUnknownException)
            {
                _unknown[id] = true;
            }
        }
    }
}
