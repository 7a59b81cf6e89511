using System.Collections.Concurrent;
using FsCheck.Fluent;
using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Testing;
using ImmutableAudit.Tests.Privilege.Guards;
using ImmutableAudit.Tests.Privilege.Replay;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Requests;

/// <summary>
/// Random histories of two hosts on one log, with clocks that are set, hosts that die, and policies that change: every answer, every state
/// and every decision is what <see cref="GrantModel"/> says; the fold is the same wherever it begins; and a replay finds nothing wrong.
/// </summary>
public sealed class GrantModelTests : IDisposable
{
    private const int Cases = 110;
    private const int MaxTries = 150;

    private static readonly string[] Expected =
    [
        .. Enum.GetValues<Doing>().Select(doing => $"{doing} done"),
        "under a grant", "died before", "died after", "sent again",
        .. new[]
        {
            RefusalCode.UnknownRequest, RefusalCode.AlreadyOver, RefusalCode.NotYours, RefusalCode.NotPending, RefusalCode.NotApproved, RefusalCode.NotActive, RefusalCode.SelfApproval,
            RefusalCode.AlreadyVoted, RefusalCode.NoRight, RefusalCode.NotEligible, RefusalCode.NoRule, RefusalCode.UnknownPermission, RefusalCode.Duration, RefusalCode.ReasonRequired,
            RefusalCode.TicketRequired, RefusalCode.Malformed, RefusalCode.OutsideHours, RefusalCode.AlreadyHeld, RefusalCode.KeyReused, RefusalCode.Unreviewed, RefusalCode.NotBreakGlass,
            RefusalCode.SeparateApprovers,
        },
        .. Enum.GetNames<AccessRequestStatus>(),
    ];

    private readonly TestLogs _logs = new();
    private readonly ConcurrentDictionary<string, int> _seen = new(StringComparer.Ordinal);

    [Fact]
    public void Requests_and_grants_go_as_the_rules_say()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), Check).CheckSeeded(Cases);

        // Otherwise little would be shown by it.
        Assert.True(Expected.All(_seen.ContainsKey), $"Never seen: {string.Join(' ', Expected.Except(_seen.Keys, StringComparer.Ordinal))}. Seen: {string.Join(' ', _seen.OrderBy(seen => seen.Value))}");
    }

    public void Dispose() => _logs.Dispose();

    private void Check(int seed)
    {
        var history = new GrantHistory(seed);
        if (Fails(history.Policy, history.Steps) is not { } failure)
        {
            return;
        }

        // The same with as few steps as it takes.
        var steps = history.Steps.ToList();
        var tries = MaxTries;
        for (var isShorter = true; isShorter && tries > 0;)
        {
            isShorter = false;
            for (var i = steps.Count - 1; i >= 0 && tries > 0; i--, tries--)
            {
                var without = steps.ToList();
                without.RemoveAt(i);
                if (Fails(history.Policy, without) is { } same)
                {
                    (steps, failure, isShorter) = (without, same, true);
                }
            }
        }

        throw new Xunit.Sdk.XunitException($"The history {seed} goes otherwise than the model:\n{GrantHistory.Print(history.Policy, steps)}\n{failure}");
    }

    private Exception? Fails(PlannedPolicy policy, List<Step> steps)
    {
        try
        {
            RunAsync(policy, steps).GetAwaiter().GetResult();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private async Task RunAsync(PlannedPolicy policy, List<Step> steps)
    {
        var run = new Run(_logs, policy, _seen);
        try
        {
            await run.StartAsync();
            for (var i = 0; i < steps.Count; i++)
            {
                try
                {
                    await run.StepAsync(steps[i]);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"At step {i}: {e.Message}", e);
                }
            }

            await run.FinishAsync();
        }
        finally
        {
            await run.DisposeAsync();
        }
    }

    /// <summary>A host: a log, a guard on it, and what is asked for at it.</summary>
    private sealed class Host
    {
        private Host(InterceptedSink sink, AuditLog log, AccessGuard guard)
        {
            (Sink, Log, Guard) = (sink, log, guard);
            Requests = new AccessRequests(guard);
        }

        public InterceptedSink Sink { get; }

        public AuditLog Log { get; }

        public AccessGuard Guard { get; }

        public AccessRequests Requests { get; }

        public static async Task<Host> OpenAsync(TestLogs logs, InMemoryStore store, TestClock clock, PlannedPolicy policy)
        {
            var sink = new InterceptedSink(new InMemorySink(store));
            var log = await AuditLog.OpenAsync(logs.Options(sink, options => (options.TimeProvider, options.CheckpointInterval) = (clock, TimeSpan.FromHours(1))));
            var guard = await AccessGuard.OpenAsync(log, [], policy.Say, new() { RolesFromIdentityProvider = true, DenialsRecordedEach = 10_000 });
            return new Host(sink, log, guard);
        }

        /// <summary>From its next commit on nothing of it reaches storage.</summary>
        public void DieAtNext(Death death)
        {
            if (death == Death.Before)
            {
                Sink.Completing = _ => throw Die();
            }
            else if (death == Death.After)
            {
                Sink.Completed = () => throw Die();
            }
        }

        public IOException Die()
        {
            Sink.Asking = static () => throw new IOException("The host is dead.");
            return new IOException("The host dies.");
        }

        public void Revive() => (Sink.Asking, Sink.Completing, Sink.Completed) = (null, null, null);

        public async Task CloseAsync()
        {
            await Guard.DisposeAsync();
            await Log.DisposeAsync();
        }
    }

    /// <summary>One history on its way.</summary>
    private sealed class Run(TestLogs logs, PlannedPolicy policy, ConcurrentDictionary<string, int> seen)
    {
        private const long Unknown = 1_000_000;

        private readonly TestClock _clock = new();
        private readonly InMemoryStore _store = new();
        private readonly List<Host> _dead = [];
        private readonly Host?[] _hosts = new Host?[2];
        private readonly List<AuditEntry> _entries = [];
        private readonly Dictionary<string, long> _ids = new(StringComparer.Ordinal) { ["nothing"] = Unknown, ["before"] = -3 };
        private GrantModel _model = null!;
        private PrivilegeState _folded = PrivilegeState.Empty;
        private long _anchors;

        public async Task StartAsync()
        {
            _model = new GrantModel(policy.Build(), _clock.GetUtcNow());
            for (var i = 0; i < _hosts.Length; i++)
            {
                _hosts[i] = await OpenAsync();
            }

            await LookAsync();
        }

        public async Task StepAsync(Step step)
        {
            switch (step.What)
            {
                case Doing.Pass or Doing.Jump:
                    await MoveClockAsync(step);
                    break;
                case Doing.Reopen:
                    await _hosts[step.Host]!.CloseAsync();
                    _hosts[step.Host] = await OpenAsync();
                    break;
                case Doing.WriteState:
                    var writing = await LivePrivileges.OpenAsync(_hosts[step.Host]!.Log.Privileged, interval: 1);
                    await writing.WriteIfDueAsync();
                    break;
                case Doing.Deploy:
                    var live = await LivePrivileges.OpenAsync(_hosts[step.Host]!.Log.Privileged);
                    await PolicyDeployment.DeployAsync(live, new DeployablePolicy("shop", step.Policy!.Version, PolicyDocument.Of(step.Policy.Build()).Utf8), _model.Now);

                    ModelRun.Do(_model, step);
                    break;
                case Doing.List:
                    await ListAsync(step);
                    break;
                default:
                    await ActAsync(step);
                    break;
            }

            if (step.Death != Death.None)
            {
                // It may have died already.
                _hosts[step.Host]!.Die();
                _dead.Add(_hosts[step.Host]!);
                _hosts[step.Host] = await OpenAsync();
            }

            if (step.What is not (Doing.Ask or Doing.BreakGlass) and (< Doing.Call or > Doing.List))
            {
                See($"{step.What} done", step.What > Doing.List);
            }

            await LookAsync();
            CheckStates();
        }

        /// <summary>What only shows at the end.</summary>
        public async Task FinishAsync()
        {
            foreach (var request in _model.Requests.Where(request => _model.StatusOf(request) != AccessRequestStatus.Pending))
            {
                using var scope = SubjectScope.Enter(request.Who);
                Assert.Equal(_model.StatusOf(request), await _hosts[0]!.Requests.WaitAsync(_ids[request.Label]).AsTask().WaitAsync(Waiting.Limit));
            }

            foreach (var host in _hosts)
            {
                await host!.Guard.Services.Engine.FollowAsync(default);
                var live = host.Guard.Services.Engine.Basis.State;
                var fromFirst = await PrivilegeFold.ContinueAsync(PrivilegeState.Empty, host.Log.Privileged.ReadEntries(), live.Head);
                Assert.Equal(fromFirst.ToDocument(), live.ToDocument());
            }

            foreach (var host in _hosts)
            {
                await host!.Guard.DisposeAsync();
            }

            await LookAsync();
            foreach (var host in _hosts)
            {
                var head = await host!.Log.Privileged.ReadHeadAsync();
                Assert.Equal(_folded.Head, head.PrivilegeHead);
                Assert.Equal(_folded.ToDocument(), (await PrivilegeFold.OpenAsync(host.Log.Privileged.ReadEntries(), head.PrivilegeHead)).ToDocument());
                await host.Log.DisposeAsync();
            }

            var report = Replayed.Of(await StoredEntries.OfAsync(_store));
            Assert.True(report.Holds, string.Join('\n', report.Violations));
        }

        public async Task DisposeAsync()
        {
            foreach (var host in _hosts.Concat(_dead).OfType<Host>())
            {
                host.Revive();
                var closing = host.CloseAsync();
                while (!closing.IsCompleted)
                {
                    // What a log waits for when it closes, it waits for by its clock.
                    await Task.WhenAny(closing, Task.Delay(1));
                    _clock.Advance(TimeSpan.FromSeconds(1));
                }
            }
        }

        private Task<Host> OpenAsync() => Host.OpenAsync(logs, _store, _clock, policy);

        /// <summary>Behind it stands an entry by which everybody knows the time; until the clock moves again, every entry has the same.</summary>
        private async Task MoveClockAsync(Step step)
        {
            if (step.What == Doing.Pass)
            {
                _clock.Advance(step.Time);
            }
            else
            {
                _clock.Set(_clock.GetUtcNow() + step.Time);
            }

            ModelRun.Do(_model, step);
            foreach (var host in _hosts)
            {
                Assert.Equal(_model.Now, (await host!.Log.AppendAsync(TestLogs.Event(_anchors++))).Time);
            }
        }

        private async Task ListAsync(Step step)
        {
            using var scope = SubjectScope.Enter(step.Who!);
            var host = _hosts[step.Host]!;
            Assert.Equal(_model.WaitingFor(step.Who!).Select(State), (await host.Requests.ListPendingAsync()).Select(State));
            Assert.Equal(_model.SeenBy(step.Who!).Select(State), (await host.Requests.ListGrantsAsync()).Select(State));
            See("List done");
        }

        private async Task ActAsync(Step step)
        {
            var host = _hosts[step.Host]!;
            var codes = ModelRun.WhatSpeaksAgainst(_model, step);
            var same = step.What == Doing.Ask ? _model.SameAs(step.Who!, step.Matter!) : null;
            var from = _entries.Count;
            host.DieAtNext(step.Death);
            AccessRequest? answer = null;
            AccessAttempt? attempt = null;
            Exception? failure = null;
            try
            {
                using var scope = SubjectScope.Enter(step.Who!);
                if (step.What == Doing.Call)
                {
                    attempt = await host.Guard.TryDemandAsync(step.Permission, step.Resource);
                }
                else
                {
                    answer = await DoAsync(host.Requests, step);
                }
            }
            catch (Exception e) when (e is AuditException or IOException)
            {
                failure = e;
            }

            await LookAsync();
            var act = _entries.Skip(from).FirstOrDefault(entry => IsOf(entry, step));
            if (step.What == Doing.Call)
            {
                CheckCall(step, attempt, act, failure);
                return;
            }

            Assert.True(codes.Count == 0 || act is null, $"Done, and should have been refused: {string.Join(' ', codes)}");
            if (step.Death != Death.None && failure is not AccessRequestException)
            {
                See(act is null ? "died before" : "died after");
            }
            else if (codes.Count > 0)
            {
                var refusal = Assert.IsType<AccessRequestException>(failure);
                Assert.True(codes.Contains(refusal.Code), $"Refused for {refusal.Code} and not for one of {string.Join(' ', codes)}: {refusal.Message}");
                Assert.StartsWith(refusal.Code + ": ", _entries[(int)refusal.Entry!].Event.Reason, StringComparison.Ordinal);
                See(refusal.Code);
                return;
            }
            else
            {
                Assert.True(failure is null, $"Should have been done: {failure}");
                Assert.Equal(act is null, same is not null);
            }

            if (act is not null)
            {
                ModelRun.Do(_model, step);
                _ids.TryAdd(step.Label, act.Index);
                See($"{step.What} done");
            }

            if (answer is not null)
            {
                CheckAnswer(same ?? ModelRun.Find(_model, step)!, answer);
                See("sent again", same is not null);
            }
        }

        private static async Task<AccessRequest> DoAsync(AccessRequests requests, Step step, long id) => step.What switch
        {
            Doing.Approve => await requests.ApproveAsync(id),
            Doing.Deny => await requests.DenyAsync(id),
            Doing.Cancel => await requests.CancelAsync(id),
            Doing.Activate => await requests.ActivateAsync(id),
            Doing.Relinquish => await requests.RelinquishAsync(id),
            Doing.Revoke => await requests.RevokeAsync(id, step.Reason!),
            _ => await requests.ReviewAsync(id, justified: true, step.Reason!),
        };

        private async Task<AccessRequest> DoAsync(AccessRequests requests, Step step)
        {
            if (step.What is not (Doing.Ask or Doing.BreakGlass))
            {
                return await DoAsync(requests, step, _ids.GetValueOrDefault(step.Label, Unknown));
            }

            var (permissions, scope, duration, reason, ticket, key) = step.Matter!;
            var request = new ElevationRequest { Permissions = permissions, Resource = scope, Duration = duration, Reason = reason, Ticket = ticket, Key = key };
            return step.What == Doing.Ask ? await requests.RequestAsync(request) : await requests.BreakGlassAsync(request);
        }

        private static bool IsOf(AuditEntry entry, Step step) => entry.Event.Actor == step.Who!.Identity && entry.Type == step.What switch
        {
            Doing.Ask => GrantTypes.Requested,
            Doing.BreakGlass => GrantTypes.BreakGlass,
            Doing.Approve => GrantTypes.Approved,
            Doing.Deny => GrantTypes.Denied,
            Doing.Cancel => GrantTypes.Cancelled,
            Doing.Activate => GrantTypes.Activated,
            Doing.Relinquish => GrantTypes.Relinquished,
            Doing.Revoke => GrantTypes.Revoked,
            Doing.Review => GrantTypes.Reviewed,
            _ => AccessTypes.Allowed,
        };

        private void CheckCall(Step step, AccessAttempt? attempt, AuditEntry? act, Exception? failure)
        {
            var (isAllowed, grant) = _model.Call(step.Who!, step.Permission, step.Resource);
            Assert.True(isAllowed || act is null, "Allowed, and should have been denied.");
            if (step.Death == Death.None)
            {
                Assert.True(failure is null, failure?.ToString());
                Assert.True(attempt!.Value.IsAllowed == isAllowed, $"Should have been {(isAllowed ? "allowed" : "denied")}: {attempt.Value.Decision}");
                attempt.Value.Access?.Complete();
            }

            if (act is not null)
            {
                Assert.Equal(grant is null ? null : _ids[grant.Label], act.Event.Grant);
                See("under a grant", grant is not null);
                See("Call done");
            }
        }

        private void CheckAnswer(ModelRequest request, AccessRequest answer)
        {
            Assert.Equal(State(request), State(answer));
            Assert.Equal(request.Votes.Count, answer.Approvals.Count);
            Assert.Equal((request.Start, request.IsBreakGlass, request.IsReviewed), (answer.Start, answer.IsBreakGlass, answer.IsReviewed));
            if (_model.IsOpen(request))
            {
                Assert.Equal(request.Until, answer.Until);
            }
        }

        private (long, AccessRequestStatus) State(ModelRequest request) => (_ids[request.Label], _model.StatusOf(request));

        private static (long, AccessRequestStatus) State(AccessRequest request) => (request.Id, request.Status);

        /// <summary>Takes what has come to the log meanwhile.</summary>
        private async Task LookAsync()
        {
            var sink = new InMemorySink(_store);
            while (await sink.ReadCommittedAsync(_entries.Count, default) is { } run)
            {
                foreach (var bytes in run.From(_entries.Count).ToList())
                {
                    var entry = AuditEntry.Decode(_entries.Count, bytes);
                    _entries.Add(entry);
                    _folded = entry.Prev is null ? _folded : _folded.Apply(entry);
                }
            }
        }

        /// <summary>Where each request stands, told or not.</summary>
        private void CheckStates()
        {
            foreach (var request in _model.Requests)
            {
                var id = _ids[request.Label];
                var status = _folded.Grants.Find(id) is { Stage: not GrantStage.Over } record ? record.StatusAt(_model.Now)
                    : RequestView.StatusOf([.. _entries.Where(entry => entry.Index == id || (entry.Event.Grant == id && entry.Type.StartsWith(GrantTypes.Prefix, StringComparison.Ordinal)))]);
                Assert.True(_model.StatusOf(request) == status, $"The request {request.Label} (entry {id}) is {status}, and should be {_model.StatusOf(request)}.");
                See(status.ToString());
            }
        }

        private void See(string what, bool isSo = true)
        {
            if (isSo)
            {
                seen.AddOrUpdate(what, 1, static (_, count) => count + 1);
            }
        }
    }
}
