using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Privilege.Guards;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Requests;

/// <summary>What nobody should ask for: each has one outcome, which is on record.</summary>
public sealed class OddRequestTests
{
    private static readonly Dictionary<string, Func<IAccessRequests, long, string, ValueTask>> WithReason = new(StringComparer.Ordinal)
    {
        ["request"] = async (desk, _, reason) => await desk.RequestAsync(AccessDesk.Purging(reason: reason)),
        ["break glass"] = async (desk, _, reason) => await desk.BreakGlassAsync(AccessDesk.Purging(reason: reason)),
        ["approve"] = async (desk, id, reason) => await desk.ApproveAsync(id, reason),
        ["deny"] = async (desk, id, reason) => await desk.DenyAsync(id, reason),
        ["cancel"] = async (desk, id, reason) => await desk.CancelAsync(id, reason),
        ["relinquish"] = async (desk, id, reason) => await desk.RelinquishAsync(id, reason),
        ["revoke"] = async (desk, id, reason) => await desk.RevokeAsync(id, reason),
        ["review"] = async (desk, id, reason) => await desk.ReviewAsync(id, justified: true, reason),
    };

    public static TheoryData<string> Reasoned => [.. WithReason.Keys];

    public static TheoryData<long> BadDurations => [0, -1, -TimeSpan.TicksPerMinute, TimeSpan.MinValue.Ticks, TimeSpan.MaxValue.Ticks, Timeout.InfiniteTimeSpan.Ticks,
        TimeSpan.TicksPerSecond - 1, TimeSpan.TicksPerMinute + 1, (30 * TimeSpan.TicksPerMinute) + TimeSpan.TicksPerSecond];

    public static TheoryData<string?> NoPermissions => ["no.such", "", " ", new string('x', 100_000), "a\ud800b", "\u0000", null];

    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(1_000_000L)]
    [InlineData(0L)]
    public async Task Of_what_is_no_request_nothing_can_be_said(long id)
    {
        await using var desk = await AccessDesk.OpenAsync();
        Assert.Equal(RefusalCode.UnknownRequest, await OutcomeAsync(desk, "sam", async requests => await requests.ApproveAsync(id)));
        Assert.Equal(RefusalCode.UnknownRequest, await OutcomeAsync(desk, "alice", async requests => await requests.ActivateAsync(id)));
        Assert.Equal(RefusalCode.UnknownRequest, await OutcomeAsync(desk, "sam", async requests => await requests.ReviewAsync(id, true, "r")));
        Assert.Equal(RefusalCode.UnknownRequest, await OutcomeAsync(desk, "sam", async requests => await requests.WaitAsync(id)));
        Assert.Equal(RefusalCode.UnknownRequest, await OutcomeAsync(desk, "sam", async requests => await requests.ReadHistoryAsync(id)));
    }

    [Fact]
    public async Task Another_applications_requests_are_unknown_open_or_over()
    {
        using var logs = new TestLogs();
        var store = new InMemoryStore();
        await using var desk = await AccessDesk.OpenAsync(store: store, logs: logs);
        await using var other = await AccessDesk.OpenAsync(policy =>
        {
            AccessDesk.Policy()(policy);
            policy.Application("other");
        }, store: store, clock: desk.Clock, logs: logs);
        var open = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        var over = await desk.AsAsync("lena", requests => requests.RequestAsync(AccessDesk.Purging()));
        await desk.AsAsync("lena", requests => requests.CancelAsync(over.Id));
        foreach (var id in new[] { open.Id, over.Id })
        {
            Assert.Equal(RefusalCode.UnknownRequest, await OutcomeAsync(other, "sam", async requests => await requests.ApproveAsync(id)));
        }

        Assert.Empty(await other.AsAsync("sam", requests => requests.ListPendingAsync()));
    }

    [Fact]
    public async Task A_vote_comes_too_late()
    {
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy(rule => rule.PendingFor(TimeSpan.FromMinutes(5)).ActivateWithin(TimeSpan.FromMinutes(5))));
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        await desk.AsAsync("sam", requests => requests.ApproveAsync(request.Id));
        await desk.AsAsync("sue", requests => requests.ApproveAsync(request.Id));
        Assert.Equal(RefusalCode.NotPending, await OutcomeAsync(desk, "sid", async requests => await requests.ApproveAsync(request.Id)));
        desk.Clock.Advance(TimeSpan.FromMinutes(5));
        await desk.ToldAsync(request.Id, GrantTypes.Lapsed);
        Assert.Equal(RefusalCode.AlreadyOver, await OutcomeAsync(desk, "alice", async requests => await requests.ActivateAsync(request.Id)));
        Assert.Equal(RefusalCode.AlreadyOver, await OutcomeAsync(desk, "sid", async requests => await requests.DenyAsync(request.Id)));
        var lapsing = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        desk.Clock.Advance(TimeSpan.FromMinutes(5));
        await desk.ToldAsync(lapsing.Id, GrantTypes.Lapsed);
        Assert.Equal(RefusalCode.AlreadyOver, await OutcomeAsync(desk, "sam", async requests => await requests.ApproveAsync(lapsing.Id)));
        Assert.Equal(AccessRequestStatus.Lapsed, await desk.AsAsync("alice", requests => requests.WaitAsync(lapsing.Id)));
    }

    [Fact]
    public async Task What_is_over_is_so_at_a_host_that_has_not_heard_of_it()
    {
        using var logs = new TestLogs();
        var store = new InMemoryStore();
        await using var desk = await AccessDesk.OpenAsync(store: store, logs: logs);
        await using var other = await AccessDesk.OpenAsync(store: store, clock: desk.Clock, logs: logs);
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        await desk.AsAsync("alice", requests => requests.CancelAsync(request.Id));
        Assert.Equal(RefusalCode.AlreadyOver, await OutcomeAsync(other, "sam", async requests => await requests.ApproveAsync(request.Id)));
        var next = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        Assert.Single(await other.AsAsync("sam", requests => requests.ListPendingAsync()));
        await desk.AsAsync("alice", requests => requests.CancelAsync(next.Id));
        Assert.Equal(RefusalCode.AlreadyOver, await OutcomeAsync(other, "sam", async requests => await requests.ApproveAsync(next.Id)));
    }

    [Theory]
    [MemberData(nameof(BadDurations))]
    public async Task A_time_that_is_none_or_too_long_is_refused(long ticks)
    {
        await using var desk = await AccessDesk.OpenAsync(WithBreakGlass);
        var request = AccessDesk.Purging() with { Duration = TimeSpan.FromTicks(ticks) };
        Assert.Equal(RefusalCode.Duration, await OutcomeAsync(desk, "alice", async requests => await requests.RequestAsync(request)));
        Assert.Equal(RefusalCode.Duration, await OutcomeAsync(desk, "alice", async requests => await requests.BreakGlassAsync(request)));
    }

    [Theory]
    [MemberData(nameof(Reasoned))]
    public async Task A_reason_of_100_000_characters_is_refused(string operation)
    {
        await using var desk = await AccessDesk.OpenAsync(WithBreakGlass);
        var request = await desk.AsAsync("lena", requests => requests.RequestAsync(AccessDesk.Purging()));
        var subject = operation is "request" or "break glass" ? "alice" : operation is "cancel" or "relinquish" ? "lena" : "sam";
        Assert.Equal(RefusalCode.Malformed, await OutcomeAsync(desk, subject, requests => WithReason[operation](requests, request.Id, new string('x', 100_000))));
    }

    [Theory]
    [InlineData("control characters")]
    [InlineData("half characters")]
    [InlineData("nothing")]
    [InlineData("blanks")]
    public async Task Any_other_text_is_on_record_as_it_is_and_a_key_holds_for_it(string text)
    {
        await using var desk = await AccessDesk.OpenAsync();
        var (reason, recorded) = text switch
        {
            "control characters" => ("\u0000\u001b[31m\r\n\u2028\"", "\u0000\u001b[31m\r\n\u2028\""),
            "half characters" => ("a\ud800b\udc00", "a\ufffdb\ufffd"),
            "nothing" => ("", ""),
            _ => ("  ", "  "),
        };
        var asked = AccessDesk.Purging(reason: reason, key: reason.Trim().Length == 0 ? "k" : reason) with { Ticket = reason.Trim().Length == 0 ? null : reason };
        asked = asked with { Resource = reason.Trim().Length == 0 ? null : new AuditResource { Type = "order", Id = reason } };
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(asked));
        Assert.Equal(recorded, request.Reason);
        Assert.Equal(recorded, Assert.Single(await desk.AsAsync("alice", requests => requests.ReadHistoryAsync(request.Id))).Event.Reason);
        Assert.Equal(request.Id, (await desk.AsAsync("alice", requests => requests.RequestAsync(asked))).Id);
        await desk.AsAsync("sam", requests => requests.ApproveAsync(request.Id, reason));
        await desk.AsAsync("sue", requests => requests.ApproveAsync(request.Id, reason));
        await desk.AsAsync("alice", requests => requests.ActivateAsync(request.Id));
        using var scope = GuardedShop.As("alice");
        await using var access = await desk.Shop.Guard.DemandAsync(Permissions.Purge, asked.Resource);
        access.Complete();
    }

    [Fact]
    public async Task Nobody_becomes_another_by_half_a_character()
    {
        await using var desk = await AccessDesk.OpenAsync(options: new() { RolesFromIdentityProvider = true });
        var odd = new AccessSubject(new AuditSubject { Id = "x\ud800" }, new AssertedRole("lead", "idp"), new AssertedRole("security", "idp"));
        AccessRequest request;
        using (SubjectScope.Enter(odd))
        {
            request = await desk.Requests.RequestAsync(AccessDesk.Purging());
            Assert.Equal(RefusalCode.SelfApproval, (await Assert.ThrowsAsync<AccessRequestException>(async () => await desk.Requests.ApproveAsync(request.Id))).Code);
        }

        await desk.AsAsync("sam", requests => requests.ApproveAsync(request.Id));
        await desk.AsAsync("sue", requests => requests.ApproveAsync(request.Id));
        using (SubjectScope.Enter(odd))
        {
            await desk.Requests.ActivateAsync(request.Id);
            await desk.Shop.Orders.PurgeAsync(default);
        }
    }

    [Theory]
    [MemberData(nameof(NoPermissions))]
    public async Task What_is_no_permission_cannot_be_asked_for(string? permission)
    {
        await using var desk = await AccessDesk.OpenAsync(WithBreakGlass);
        var request = AccessDesk.Purging() with { Permissions = [Permissions.Purge, permission!] };
        Assert.Equal(RefusalCode.UnknownPermission, await OutcomeAsync(desk, "alice", async requests => await requests.RequestAsync(request)));
        Assert.Equal(RefusalCode.UnknownPermission, await OutcomeAsync(desk, "alice", async requests => await requests.BreakGlassAsync(request)));
    }

    [Fact]
    public async Task What_has_no_form_is_refused()
    {
        await using var desk = await AccessDesk.OpenAsync();
        ElevationRequest[] odd =
        [
            AccessDesk.Purging() with { Permissions = [] },
            AccessDesk.Purging() with { Permissions = [.. Enumerable.Range(0, 100_000).Select(number => $"p{number}.x")] },
            AccessDesk.Purging() with { Ticket = " " },
            AccessDesk.Purging() with { Ticket = new string('t', 201) },
            AccessDesk.Purging(key: ""),
            AccessDesk.Purging(key: new string('k', 201)),
            AccessDesk.Purging() with { Resource = new AuditResource { Type = "" } },
            AccessDesk.Purging() with { Resource = new AuditResource { Type = " ", Id = "1" } },
            AccessDesk.Purging() with { Resource = new AuditResource { Type = "order", Id = new string('i', 100_000) } },
        ];
        foreach (var request in odd)
        {
            Assert.Equal(RefusalCode.Malformed, await OutcomeAsync(desk, "alice", async requests => await requests.RequestAsync(request)));
        }

        // The same once more counts for nothing else.
        Assert.Equal([Permissions.Purge], (await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging() with { Permissions = [Permissions.Purge, Permissions.Purge] }))).Permissions);
    }

    [Fact]
    public async Task A_key_makes_one_request_of_one_that_is_sent_twice()
    {
        await using var desk = await AccessDesk.OpenAsync();
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging(key: "k")));
        Assert.Equal(request.Id, (await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging(key: "k")))).Id);
        Assert.Equal(RefusalCode.KeyReused, await OutcomeAsync(desk, "alice", async requests => await requests.RequestAsync(AccessDesk.Purging(minutes: 9, key: "k"))));
        Assert.NotEqual(request.Id, (await desk.AsAsync("lena", requests => requests.RequestAsync(AccessDesk.Purging(key: "k")))).Id);
        Assert.Equal(2, (await desk.Shop.EntriesAsync(GrantTypes.Requested)).Count);
    }

    [Fact]
    public async Task What_was_asked_for_on_behalf_of_one_is_in_no_others_way_but_for_its_key()
    {
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy(more: policy => policy.Assign("portal", "lead")));
        await AskAsync("alice", AccessDesk.Purging(key: "k"));
        await AskAsync("lena", AccessDesk.Purging());
        await AskAsync(null, AccessDesk.Purging());
        foreach (var principal in new[] { "alice", "lena", null })
        {
            Assert.Equal(RefusalCode.AlreadyHeld, await RefusedAsync(principal, AccessDesk.Purging()));
        }

        Assert.Equal(RefusalCode.KeyReused, await RefusedAsync("lena", AccessDesk.Purging(key: "k") with { Resource = Order(0) }));
        for (var number = 1; number < RequestRules.MaxOpen; number++)
        {
            await AskAsync("alice", AccessDesk.Purging() with { Resource = Order(number) });
        }

        Assert.Equal(RefusalCode.TooMany, await RefusedAsync("alice", AccessDesk.Purging() with { Resource = Order(0) }));
        await AskAsync("lena", AccessDesk.Purging() with { Resource = Order(0) });

        static AuditResource Order(int number) => new() { Type = "order", Id = $"{number}" };

        async Task AskAsync(string? principal, ElevationRequest request)
        {
            using var scope = SubjectScope.Enter(new AuditSubject { Id = "portal", OnBehalfOf = principal is null ? null : new AuditSubject { Id = principal } });
            await desk.Requests.RequestAsync(request);
        }

        async Task<string> RefusedAsync(string? principal, ElevationRequest request) =>
            (await Assert.ThrowsAsync<AccessRequestException>(() => AskAsync(principal, request))).Code;
    }

    [Fact]
    public async Task What_one_has_or_has_asked_for_cannot_be_asked_for_but_a_grant_can_be_renewed()
    {
        await using var desk = await AccessDesk.OpenAsync(AccessDesk.Policy(more: policy => policy
            .Elevation(Permissions.Read, rule => rule.RequestableBy("lead").ApprovedBy("security"))));
        var reading = AccessDesk.Purging() with { Permissions = [Permissions.Read] };
        Assert.Equal(RefusalCode.AlreadyHeld, await OutcomeAsync(desk, "alice", async requests => await requests.RequestAsync(reading)));
        var grant = await desk.GrantAsync();
        var renewal = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        Assert.NotEqual(grant.Id, renewal.Id);
        Assert.Equal(RefusalCode.AlreadyHeld, await OutcomeAsync(desk, "alice", async requests => await requests.RequestAsync(AccessDesk.Purging())));
    }

    [Fact]
    public async Task Two_votes_at_the_same_instant_are_two_and_one_of_them_is_the_last()
    {
        using var logs = new TestLogs();
        var store = new InMemoryStore();
        await using var desk = await AccessDesk.OpenAsync(store: store, logs: logs);
        await using var other = await AccessDesk.OpenAsync(store: store, clock: desk.Clock, logs: logs);
        for (var round = 0; round < 25; round++)
        {
            var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
            var votes = await TogetherAsync(
                () => desk.AsAsync("sam", requests => requests.ApproveAsync(request.Id)), () => other.AsAsync("sue", requests => requests.ApproveAsync(request.Id)));
            Assert.Equal([AccessRequestStatus.Pending, AccessRequestStatus.Approved], votes.Select(vote => Assert.IsType<AccessRequest>(vote).Status).Order());
            await desk.AsAsync("alice", requests => requests.CancelAsync(request.Id));
        }
    }

    [Fact]
    public async Task Nobody_is_counted_twice_who_votes_in_two_places_at_the_same_instant()
    {
        using var logs = new TestLogs();
        var store = new InMemoryStore();
        await using var desk = await AccessDesk.OpenAsync(store: store, logs: logs);
        await using var other = await AccessDesk.OpenAsync(store: store, clock: desk.Clock, logs: logs);
        for (var round = 0; round < 25; round++)
        {
            var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
            var votes = await TogetherAsync(
                () => desk.AsAsync("sam", requests => requests.ApproveAsync(request.Id)), () => other.AsAsync("sam", requests => requests.ApproveAsync(request.Id)));
            Assert.Equal(AccessRequestStatus.Pending, Assert.Single(votes.OfType<AccessRequest>()).Status);
            Assert.Equal(RefusalCode.AlreadyVoted, Assert.Single(votes.OfType<AccessRequestException>()).Code);
            await desk.AsAsync("alice", requests => requests.CancelAsync(request.Id));
        }
    }

    [Fact]
    public async Task No_use_of_a_grant_comes_after_its_revocation()
    {
        using var logs = new TestLogs();
        var store = new InMemoryStore();
        await using var desk = await AccessDesk.OpenAsync(store: store, logs: logs);
        await using var other = await AccessDesk.OpenAsync(store: store, clock: desk.Clock, logs: logs);
        const int Rounds = 15;
        for (var round = 0; round < Rounds; round++)
        {
            var grant = await desk.GrantAsync();
            var outcomes = await TogetherAsync<object>(
                async () => await desk.AsAsync("sid", requests => requests.RevokeAsync(grant.Id, "enough")), () => UseAsync(desk), () => UseAsync(other), () => UseAsync(desk));
            Assert.All(outcomes.Skip(1), outcome => Assert.IsType<AccessDeniedException>(outcome));
        }

        var entries = await StoredEntries.OfAsync(store);
        var revoked = entries.Where(entry => entry.Type == GrantTypes.Revoked).ToDictionary(entry => entry.Event.Grant!.Value, entry => entry.Index);
        var uses = entries.Where(entry => entry.Type == AccessTypes.Allowed && entry.Permission == Permissions.Purge).ToList();
        Assert.Equal(Rounds, revoked.Count);
        Assert.NotEmpty(uses);
        Assert.All(uses, use => Assert.True(use.Index < revoked[use.Event.Grant!.Value]));

        static async Task<object> UseAsync(AccessDesk desk)
        {
            while (true)
            {
                await desk.PurgeAsync("alice");
            }
        }
    }

    [Fact]
    public async Task Nobody_in_particular_may_do_nothing()
    {
        await using var desk = await AccessDesk.OpenAsync(WithBreakGlass);
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        foreach (var act in Operations(request.Id))
        {
            var refusal = await Assert.ThrowsAsync<AccessRequestException>(async () => await act(desk.Requests));
            Assert.Equal(DenialCode.NoSubject, refusal.Code);
            await CheckRecordAsync(desk, refusal, "nobody");
        }
    }

    [Fact]
    public async Task Where_roles_cannot_be_looked_up_nothing_is_done()
    {
        using var logs = new TestLogs();
        await using var log = await logs.OpenInMemoryAsync();
        var store = new FailingStore();
        await using var guard = new AccessGuard(new GuardSetup(log.Privileged, AccessDesk.Policy())
        {
            Rules = [.. GuardedShop.CatalogueOf(typeof(IOrders)).SelectMany(guards => guards.Guards).SelectMany(description => description.Rules)],
            Store = store,
        });
        await guard.StartAsync(default);
        var requests = new AccessRequests(guard);
        using var scope = GuardedShop.As("alice");
        var request = await requests.RequestAsync(AccessDesk.Purging());
        store.Fails = true;
        foreach (var act in Operations(request.Id))
        {
            var refusal = await Assert.ThrowsAsync<AccessRequestException>(async () => await act(requests));
            Assert.Equal(DenialCode.DecisionFailed, refusal.Code);
            Assert.NotNull(refusal.Entry);
        }
    }

    [Fact]
    public async Task Who_gives_up_before_has_done_nothing()
    {
        await using var desk = await AccessDesk.OpenAsync(WithBreakGlass);
        var request = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        var before = (await desk.Shop.SettledAsync("")).Count;
        using var scope = GuardedShop.As("sam");
        foreach (var act in Operations(request.Id, new CancellationToken(canceled: true)))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await act(desk.Requests));
        }

        Assert.Equal(before, (await desk.Shop.SettledAsync("")).Count);
    }

    [Fact]
    public async Task Who_gives_up_while_it_is_written_is_told_that_it_is_done()
    {
        var sink = new InterceptedSink(new InMemorySink());
        await using var shop = await GuardedShop.OpenAsync(AccessDesk.Policy(), configure: options => options.Sink = sink);
        var requests = new AccessRequests(shop.Guard);
        AccessRequest request;
        using (GuardedShop.As("alice"))
        {
            request = await requests.RequestAsync(AccessDesk.Purging());
        }

        using var giving = new CancellationTokenSource();
        sink.Completing = _ =>
        {
            giving.Cancel();
            return default;
        };
        using var scope = GuardedShop.As("sam");
        Assert.Single((await requests.ApproveAsync(request.Id, cancellationToken: giving.Token)).Approvals);
    }

    [Fact]
    public async Task Who_turns_out_to_be_the_same_human_can_neither_vote_for_oneself_nor_twice()
    {
        await using var desk = await AccessDesk.OpenAsync();
        var own = await desk.AsAsync("alice", requests => requests.RequestAsync(AccessDesk.Purging()));
        var others = await desk.AsAsync("lena", requests => requests.RequestAsync(AccessDesk.Purging()));
        await desk.AsAsync("sam", requests => requests.ApproveAsync(others.Id));
        await DeployAsync(desk, policy => policy
            .Assign(new AuditSubject { Id = "alice", Person = "p-1" }, "lead").Assign(new AuditSubject { Id = "sid", Person = "p-1" }, "security")
            .Assign(new AuditSubject { Id = "sam", Person = "p-2" }, "security").Assign(new AuditSubject { Id = "sue", Person = "p-2" }, "security"));
        Assert.Equal(RefusalCode.SelfApproval, await OutcomeAsync(desk, "sid", async requests => await requests.ApproveAsync(own.Id)));
        Assert.Equal(RefusalCode.AlreadyVoted, await OutcomeAsync(desk, "sue", async requests => await requests.ApproveAsync(others.Id)));
    }

    [Fact]
    public async Task A_break_glass_that_was_taken_back_stands_so_before_and_after_its_review()
    {
        await using var desk = await AccessDesk.OpenAsync(WithBreakGlass);
        var taken = await desk.AsAsync("alice", requests => requests.BreakGlassAsync(AccessDesk.Purging()));
        await desk.AsAsync("sam", requests => requests.RevokeAsync(taken.Id, "no fire"));
        Assert.Equal(AccessRequestStatus.Revoked, await desk.AsAsync("alice", requests => requests.WaitAsync(taken.Id)));
        Assert.Equal(AccessRequestStatus.Revoked, Assert.Single(await desk.AsAsync("sue", requests => requests.ListPendingAsync())).Status);
        Assert.Equal(AccessRequestStatus.Revoked, (await desk.AsAsync("sue", requests => requests.ReviewAsync(taken.Id, false, "none seen"))).Status);
        Assert.Equal(AccessRequestStatus.Revoked, await desk.AsAsync("alice", requests => requests.WaitAsync(taken.Id)));
        var next = await desk.AsAsync("alice", requests => requests.BreakGlassAsync(AccessDesk.Purging()));
        await desk.AsAsync("sue", requests => requests.ReviewAsync(next.Id, true, "burning"));
        Assert.True((await desk.AsAsync("alice", requests => requests.RelinquishAsync(next.Id))).IsReviewed);
    }

    [Fact]
    public async Task A_request_may_wait_for_longer_than_a_timer_runs()
    {
        using var logs = new TestLogs();
        await using var log = await logs.OpenAsync();
        await using var shop = await GuardedShop.OnAsync(log, AccessDesk.Policy(rule => rule.PendingFor(TimeSpan.FromDays(100))));
        var requests = new AccessRequests(shop.Guard);
        using var scope = GuardedShop.As("alice");
        var request = await requests.RequestAsync(AccessDesk.Purging());
        var waiting = requests.WaitAsync(request.Id).AsTask();
        await requests.CancelAsync(request.Id);
        Assert.Equal(AccessRequestStatus.Cancelled, await waiting.WaitAsync(Waiting.Limit));
    }

    [Fact]
    public async Task A_clock_that_is_behind_what_another_host_wrote_makes_grants_count_for_nothing()
    {
        using var logs = new TestLogs();
        var store = new InMemoryStore();
        await using var desk = await AccessDesk.OpenAsync(store: store, logs: logs);
        await using var other = await AccessDesk.OpenAsync(store: store, clock: desk.Clock, logs: logs);
        await desk.GrantAsync();
        await other.PurgeAsync("alice");
        desk.Clock.Set(desk.Clock.GetUtcNow() + TimeSpan.FromMinutes(5));
        await desk.Shop.Log.AppendAsync(TestLogs.Event(1));
        desk.Clock.Set(desk.Clock.GetUtcNow() - TimeSpan.FromMinutes(4));
        Assert.Contains("clock", (await Assert.ThrowsAsync<AccessDeniedException>(() => other.PurgeAsync("alice"))).Message, StringComparison.Ordinal);
    }

    private static Action<AccessPolicyBuilder> WithBreakGlass { get; } = AccessDesk.Policy(rule => rule.BreakGlass(TimeSpan.FromMinutes(15), "lead"));

    private static IEnumerable<Func<IAccessRequests, ValueTask>> Operations(long id, CancellationToken token = default) =>
    [
        async desk => await desk.RequestAsync(AccessDesk.Purging(), token),
        async desk => await desk.BreakGlassAsync(AccessDesk.Purging(), token),
        async desk => await desk.ApproveAsync(id, cancellationToken: token),
        async desk => await desk.DenyAsync(id, cancellationToken: token),
        async desk => await desk.CancelAsync(id, cancellationToken: token),
        async desk => await desk.ActivateAsync(id, token),
        async desk => await desk.RelinquishAsync(id, cancellationToken: token),
        async desk => await desk.RevokeAsync(id, "r", token),
        async desk => await desk.ReviewAsync(id, true, "r", token),
        async desk => await desk.ListPendingAsync(token),
        async desk => await desk.ListGrantsAsync(token),
        async desk => await desk.ReadHistoryAsync(id, token),
        async desk => await desk.WaitAsync(id, token),
    ];

    /// <summary>The code of a refusal, which is on record under that code and name.</summary>
    private static async Task<string> OutcomeAsync(AccessDesk desk, string subject, Func<IAccessRequests, ValueTask> act)
    {
        using var scope = GuardedShop.As(subject);
        var refusal = await Assert.ThrowsAsync<AccessRequestException>(async () => await act(desk.Requests));
        await CheckRecordAsync(desk, refusal, subject);
        return refusal.Code;
    }

    private static async Task CheckRecordAsync(AccessDesk desk, AccessRequestException refusal, string subject)
    {
        var entry = (await desk.Shop.EntriesAsync(AccessTypes.Denied)).Single(entry => entry.Index == refusal.Entry);
        Assert.StartsWith(refusal.Code + ": ", entry.Event.Reason, StringComparison.Ordinal);
        Assert.Equal(subject, entry.Event.Actor.Id);
        Assert.StartsWith(AccessTypes.OperationsPrefix, entry.Permission, StringComparison.Ordinal);
    }

    /// <summary>All at once, each on a thread of its own; what each gives or throws.</summary>
    private static async Task<object[]> TogetherAsync<T>(params Func<Task<T>>[] acts)
        where T : notnull
    {
        using var start = new Barrier(acts.Length);
        return await Task.WhenAll(acts.Select(act => Task.Factory.StartNew(
            async () =>
            {
                start.SignalAndWait(Waiting.Limit);
                try
                {
                    return (object)await act();
                }
                catch (AuditException e)
                {
                    return e;
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
    }

    private static async Task DeployAsync(AccessDesk desk, Action<AccessPolicyBuilder> more)
    {
        var builder = new AccessPolicyBuilder().Catalogue(PermissionCatalogue.FromRules(
            GuardedShop.CatalogueOf(typeof(IOrders)).SelectMany(guards => guards.Guards).SelectMany(description => description.Rules)));
        AccessDesk.Policy(more: more, version: 2)(builder);
        var live = await LivePrivileges.OpenAsync(desk.Shop.Log.Privileged);
        await PolicyDeployment.DeployAsync(live, new DeployablePolicy("shop", 2, PolicyDocument.Of(builder.Build()).Utf8));
    }

    private sealed class FailingStore : IRoleAssignmentStore
    {
        public bool Fails { get; set; }

        public ValueTask<IReadOnlyList<AssertedRole>> GetRolesAsync(AuditSubject subject, CancellationToken cancellationToken = default) =>
            Fails ? throw new IOException("The directory is gone.") : new([]);
    }
}
