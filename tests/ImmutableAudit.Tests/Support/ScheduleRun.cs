using System.Collections.Concurrent;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Support;

/// <summary>Runs a schedule, keeps what every call came to, and holds the log against it. Every event has an id of its own.</summary>
internal sealed class ScheduleRun(Schedule schedule, INoteVerifier key, bool mayFail = false)
{
    private readonly ConcurrentDictionary<Guid, AuditReceipt> _acknowledged = [];
    private readonly ConcurrentBag<Guid> _withdrawn = [];
    private readonly ConcurrentBag<Guid> _refused = [];
    private readonly ConcurrentBag<Guid> _unknown = [];
    private readonly ConcurrentBag<Guid> _posted = [];
    private readonly ConcurrentBag<SignedCheckpoint> _checkpoints = [];
    private readonly ConcurrentBag<AuditProof> _proofs = [];
    private readonly ConcurrentBag<AuditEntry> _followed = [];

    /// <summary>What each actor got into a log, in its order.</summary>
    private readonly List<Guid>[] _inOrder = [.. schedule.Actors.Select(_ => new List<Guid>())];
    private int _steps;

    /// <summary>Runs it on logs that are open, and closes them.</summary>
    public async Task RunAsync(params AuditLog[] logs)
    {
        var closing = new TaskCompletionSource();
        var actors = schedule.Actors.Select((steps, actor) => Task.Run(async () =>
        {
            for (var i = 0; i < steps.Length; i++)
            {
                await StepAsync(logs[actor % logs.Length], actor, i, steps[i]);
                if (Interlocked.Increment(ref _steps) >= schedule.CloseAfter)
                {
                    closing.TrySetResult();
                }
            }
        })).ToList();
        var followers = logs.Select(log => Task.Run(() => FollowAsync(log))).ToList();
        await Task.WhenAny(Task.WhenAll(actors), closing.Task).WaitAsync(Waiting.Limit);
        if (closing.Task.IsCompleted)
        {
            await Task.WhenAll(logs.Select(log => Task.Run(async () => await log.DisposeAsync()))).WaitAsync(Waiting.Limit);
        }

        await Task.WhenAll(actors).WaitAsync(Waiting.Limit);
        await Task.WhenAll(logs.Select(log => Task.Run(async () => await log.DisposeAsync()))).WaitAsync(Waiting.Limit);
        await Task.WhenAll(followers).WaitAsync(Waiting.Limit);
    }

    /// <summary>Compares what the log holds with what the calls were told.</summary>
    public async Task<Tally> CheckAsync(AuditLog log)
    {
        await log.FlushAsync();
        var entries = (await log.ReadAsync().ToListAsync()).ToArray();
        Assert.Equal(Enumerable.Range(0, entries.Length).Select(i => (long)i), entries.Select(entry => entry.Index));
        Assert.Equal(entries.Select(entry => entry.Time).Order(), entries.Select(entry => entry.Time));
        var index = entries.Where(entry => entry.Type == "event").ToDictionary(entry => entry.Id, entry => entry.Index);
        foreach (var (id, receipt) in _acknowledged)
        {
            Assert.Equal(id, receipt.Id);
            var entry = entries[receipt.Index];
            Assert.Equal((entry.Id, entry.LeafHash, entry.Time), (receipt.Id, receipt.LeafHash, receipt.Time));
        }

        Assert.DoesNotContain(_withdrawn, index.ContainsKey);
        Assert.DoesNotContain(_refused, index.ContainsKey);
        if (!mayFail)
        {
            Assert.Empty(_unknown);
            Assert.True(_posted.All(index.ContainsKey), "What was posted is not there.");
        }

        Assert.Empty(index.Keys.Except([.. _acknowledged.Keys, .. _posted, .. _unknown]));
        foreach (var own in _inOrder)
        {
            var order = own.Where(index.ContainsKey).Select(id => index[id]).ToList();
            Assert.Equal(order.Order(), order);
        }

        Assert.All(_followed, entry => Assert.Equal(entries[entry.Index].LeafHash, entry.LeafHash));
        Assert.All(_proofs, proof => Assert.True(proof.Verify([key]).Holds));
        var result = await new LogVerifier(log.Published, new LogVerificationOptions { Keys = [key], Since = [.. _checkpoints] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        return new Tally(_acknowledged.Count, _withdrawn.Count, _refused.Count, _unknown.Count, _posted.Count, _proofs.Count);
    }

    private async Task StepAsync(AuditLog log, int actor, int number, Step step)
    {
        using var source = new CancellationTokenSource();
        var token = step.Patience < 0 ? default : source.Token;
        var cancelling = step.Patience < 0 ? Task.CompletedTask : Task.Run(() =>
        {
            Thread.SpinWait(step.Patience);
            source.Cancel();
        });
        var count = step.Kind is StepKind.AppendMany or StepKind.AppendManyEncoded ? step.Count : 1;
        var events = Enumerable.Range(0, count).Select(i => TestLogs.Event(number) with { Id = Id(actor, number, i) }).ToArray();
        var ids = events.Select(auditEvent => auditEvent.Id!.Value).ToArray();
        var appends = step.Kind <= StepKind.PostEncoded && step.Kind != StepKind.AppendIfNot;
        try
        {
            await CallAsync(log, actor, step, events, token).WaitAsync(Waiting.Limit, CancellationToken.None);
        }
        catch (OperationCanceledException) when (step.Patience >= 0)
        {
            Keep(_withdrawn);
        }
        catch (AuditOutcomeUnknownException) when (mayFail)
        {
            Keep(_unknown);
        }
        catch (AuditUnavailableException) when (mayFail || schedule.CloseAfter != int.MaxValue)
        {
            Keep(_refused);
        }
        catch (Exception e) when (!appends && (mayFail || schedule.CloseAfter != int.MaxValue) && e is AuditPublicationException or AuditLogUnreadableException)
        {
            // Closed, or failing: nothing is promised.
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"{step}: {e.GetType().Name} {e.Message}", e);
        }

        await cancelling;

        void Keep(ConcurrentBag<Guid> fate)
        {
            if (appends)
            {
                Array.ForEach(ids, fate.Add);
            }
        }
    }

    private async Task CallAsync(AuditLog log, int actor, Step step, AuditEvent[] events, CancellationToken token)
    {
        switch (step.Kind)
        {
            case StepKind.Append:
                Acknowledge(actor, events, await log.AppendAsync(events[0], token));
                break;
            case StepKind.AppendEncoded:
                Acknowledge(actor, events, await log.AppendAsync(EncodedEvent.Create(events[0]), token));
                break;
            case StepKind.AppendMany:
                Acknowledge(actor, events, [.. await log.AppendAsync(events, token)]);
                break;
            case StepKind.AppendManyEncoded:
                Acknowledge(actor, events, [.. await log.AppendAsync(events.Select(EncodedEvent.Create).ToArray(), token)]);
                break;
            case StepKind.AppendIf:
                var size = 0L;
                var appended = await log.AppendIfAsync(events[0], head => (size = head.Size) >= 0, token);
                Assert.Equal((true, size, size), (appended.Appended, appended.Head.Size, appended.Receipt.Index));
                Acknowledge(actor, events, appended.Receipt);
                break;
            case StepKind.AppendIfNot:
                Assert.False((await log.AppendIfAsync(events[0], _ => false, token)).Appended);
                break;
            case StepKind.AppendBlocking:
                Acknowledge(actor, events, log.Append(events[0], token));
                break;
            case StepKind.Post:
                Posted(actor, await log.PostAsync(events[0], token));
                break;
            case StepKind.PostEncoded:
                Posted(actor, await log.PostAsync(EncodedEvent.Create(events[0]), token));
                break;
            case StepKind.Flush:
                var last = _inOrder[actor].Where(_acknowledged.ContainsKey).Select(id => _acknowledged[id].Index).DefaultIfEmpty(-1).Max();
                var checkpoint = await log.FlushAsync(token);
                _checkpoints.Add(checkpoint);
                Assert.True(checkpoint.Checkpoint.Size > last, $"Entry {last} was flushed, but the checkpoint covers {checkpoint.Checkpoint.Size}.");
                break;
            case StepKind.Prove when log.Size > 0:
                _proofs.Add(await log.ProveAsync(log.Size - 1, token));
                break;
            case StepKind.ProveConsistency when log.LatestCheckpoint.Checkpoint.Size is var published and > 0:
                Assert.Equal((published + 1) / 2, (await log.ProveConsistencyAsync((published + 1) / 2, token)).OldSize);
                break;
            case StepKind.Read:
                var next = Math.Max(0, log.Size - step.Count);
                await foreach (var entry in log.ReadAsync(next, null, token))
                {
                    Assert.Equal(next++, entry.Index);
                }

                break;
        }
    }

    private void Acknowledge(int actor, AuditEvent[] events, params AuditReceipt[] receipts)
    {
        Assert.Equal(events.Select(auditEvent => auditEvent.Id!.Value), receipts.Select(receipt => receipt.Id));
        Assert.Equal(receipts.Select((_, i) => receipts[0].Index + i), receipts.Select(receipt => receipt.Index));
        foreach (var receipt in receipts)
        {
            Assert.True(_acknowledged.TryAdd(receipt.Id, receipt));
            _inOrder[actor].Add(receipt.Id);
        }
    }

    private void Posted(int actor, Guid id)
    {
        _posted.Add(id);
        _inOrder[actor].Add(id);
    }

    /// <summary>Sees every entry in order, until the log is closed.</summary>
    private async Task FollowAsync(AuditLog log)
    {
        var next = 0L;
        try
        {
            await foreach (var entry in log.FollowAsync())
            {
                Assert.Equal(next++, entry.Index);
                _followed.Add(entry);
            }
        }
        catch (AuditLogUnreadableException)
        {
            // The log was closed, or its storage failed, before the follower was through.
        }
    }

    private static Guid Id(int actor, int step, int i) => new($"019b0000-0000-7000-8000-{actor:x4}{step:x4}{i:x4}");
}
