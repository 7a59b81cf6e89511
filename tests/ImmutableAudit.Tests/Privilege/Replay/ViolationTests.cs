using System.Text;
using ImmutableAudit.Privilege;
using Kind = ImmutableAudit.Privilege.AccessViolationKind;

namespace ImmutableAudit.Tests.Privilege.Replay;

/// <summary>For each violation a log with just that one, signed with the right key: it is caught, and named as that one.</summary>
public sealed class ViolationTests
{
    /// <summary>Each writes a log with one violation, and says by which entries it shows.</summary>
    private static readonly List<(Kind Kind, string What, Func<AccessLog, long[]> Write)> Cases =
    [
        (Kind.ElevatedWithoutGrant, "no grant", log => [log.Act("alice", AccessLog.Purge).Index]),
        (Kind.ElevatedWithoutGrant, "a grant that never was", log =>
        {
            var other = log.Append(Event());
            return [other.Index, log.Act("alice", AccessLog.Purge, other).Index];
        }),
        (Kind.ElevatedWithoutGrant, "a request that is only approved", log =>
        {
            var request = Approved(log);
            return [request.Index, log.Act("alice", AccessLog.Purge, request).Index];
        }),
        (Kind.ElevatedWithoutGrant, "somebody else's grant", log =>
        {
            var grant = log.Grant();
            return [grant.Index, log.Act("eve", AccessLog.Purge, grant).Index];
        }),
        (Kind.ElevatedWithoutGrant, "a grant on another resource", log =>
        {
            var grant = log.Grant(resource: new AuditResource { Type = "order", Id = "1" });
            return [grant.Index, log.Act("alice", AccessLog.Purge, grant, new AuditResource { Type = "order", Id = "2" }).Index];
        }),
        (Kind.ElevatedWithoutGrant, "a live grant that is not named", log =>
        {
            log.Grant();
            return [log.Act("alice", AccessLog.Purge).Index];
        }),
        (Kind.ActAfterEnd, "expired", log =>
        {
            var grant = log.Grant();
            log.Pass(TimeSpan.FromMinutes(10));
            return [grant.Index, log.Act("alice", AccessLog.Purge, grant).Index];
        }),
        (Kind.ActAfterEnd, "expired, and told", log =>
        {
            var grant = log.Grant();
            log.Pass(TimeSpan.FromMinutes(10));
            var told = log.Do(new TellAct(GrantTypes.Expired, AccessLog.Reference(grant), IsByPolicy: false));
            return [grant.Index, told.Index, log.Act("alice", AccessLog.Purge, grant).Index];
        }),
        (Kind.ActAfterEnd, "revoked", log =>
        {
            var grant = log.Grant();
            var revoked = log.Revoke("otto", grant);
            return [grant.Index, revoked.Index, log.Act("alice", AccessLog.Purge, grant).Index];
        }),
        (Kind.ActAfterEnd, "relinquished", log =>
        {
            var grant = log.Grant();
            var given = log.Do(new RelinquishAct(AccessLog.Subject("alice"), null, AccessLog.Reference(grant)));
            return [grant.Index, given.Index, log.Act("alice", AccessLog.Purge, grant).Index];
        }),
        (Kind.ActAfterEnd, "ended by a policy", log =>
        {
            var grant = log.Grant();
            var policy = log.Deploy(new AccessPolicyBuilder().Application("shop").Version(2).Permission(AccessLog.Purge, elevated: true));
            return [grant.Index, policy.Index, log.Act("alice", AccessLog.Purge, grant).Index];
        }),
        (Kind.ActAfterEnd, "break-glass, expired", log =>
        {
            var grant = log.BreakGlass("ona");
            log.Pass(TimeSpan.FromMinutes(10));
            return [grant.Index, log.Act("ona", AccessLog.Purge, grant).Index];
        }),
        (Kind.DecisionNotYielded, "allowed without a role", log => [log.Act("bob", AccessLog.Refund).Index]),
        (Kind.DecisionNotYielded, "allowed on another resource", log => [log.Allow("alice", AccessLog.Read, resource: new AuditResource { Type = "order", Id = "8" }).Index]),
        (Kind.DecisionNotYielded, "denied although it may", log => [log.Deny("alice", AccessLog.Refund).Index]),
        (Kind.DecisionNotYielded, "denied although there is a grant", log =>
        {
            log.Grant();
            return [log.Deny("alice", AccessLog.Purge).Index];
        }),
        (Kind.DecisionNotYielded, "an unknown permission", log => [log.Allow("alice", "orders.burn").Index]),
        (Kind.DecisionNotYielded, "for somebody who may not", log =>
        {
            var decision = log.Append(log.Decision(true, AccessLog.Subject("alice", "bob"), AccessLog.Refund));
            log.End(decision);
            return [decision.Index];
        }),
        (Kind.DecisionNotYielded, "under another grant than the one that lasts longest", log =>
        {
            var first = log.Grant();
            log.Grant();
            return [first.Index, log.Act("alice", AccessLog.Purge, first).Index];
        }),
        (Kind.WrongRoles, "a role that the policy does not assign", log =>
        {
            var decision = log.Decision(true, AccessLog.Subject("alice"), AccessLog.Refund);
            var claimed = log.Append(decision with { Privilege = decision.Privilege! with { Roles = [.. decision.Privilege.Roles!, new AuditRole { Role = "officer" }] } });
            log.End(claimed);
            return [log.Policy.Index, claimed.Index];
        }),
        (Kind.WrongRoles, "a role left out of a denial", log =>
        {
            var decision = log.Decision(false, AccessLog.Subject("alice"), AccessLog.Purge);
            return [log.Policy.Index, log.Append(decision with { Privilege = decision.Privilege! with { Roles = null } }).Index];
        }),
        (Kind.WrongRoles, "a role in a request", log =>
        {
            var request = log.Act(new RequestAct(AccessLog.Subject("alice"), null, new GrantSubjectMatter([AccessLog.Purge], null, null), 60, null));
            return [log.Policy.Index, log.Append(request with { Privilege = request.Privilege! with { Roles = [new AuditRole { Role = "officer" }] } }).Index];
        }),
        (Kind.WrongBasis, "a decision on an older basis", log =>
        {
            var decision = log.Decision(true, AccessLog.Subject("alice"), AccessLog.Refund);
            log.Request("alice");
            var late = log.Append(decision);
            log.End(late);
            return [log.State.Head, late.Index];
        }),
        (Kind.WrongBasis, "a decision by an older policy", log =>
        {
            var old = log.Policy.Index;
            var newer = log.Deploy(log.PolicyOf(2));
            var decision = log.Decision(true, AccessLog.Subject("alice"), AccessLog.Refund);
            var late = log.Append(decision with { Privilege = decision.Privilege! with { Policy = old } });
            log.End(late);
            return [newer.Index, late.Index];
        }),
        (Kind.WrongBasis, "a decision without basis", log =>
        {
            var decision = log.Decision(false, AccessLog.Subject("bob"), AccessLog.Refund);
            return [log.State.Head, log.Append(decision with { Privilege = decision.Privilege! with { Basis = null } }).Index];
        }),
        (Kind.WrongBasis, "a vote on an older basis", log =>
        {
            var request = log.Request("alice");
            var vote = log.Act(new VoteAct(AccessLog.Subject("bob"), null, AccessLog.Reference(request), true, null));
            var other = log.Request("eve");
            return [other.Index, log.Append(vote).Index];
        }),
        (Kind.DecisionWithoutOutcome, "closed", log =>
        {
            var decision = log.Allow("alice", AccessLog.Refund);
            log.Act("alice", AccessLog.Refund);
            return [decision.Index, log.Bytes.Count];
        }),
        (Kind.OutcomeWithoutDecision, "names nothing", log => [log.Append(AccessLog.OutcomeOf(log.Act("alice", AccessLog.Refund)) with { Ref = null }).Index]),
        (Kind.OutcomeWithoutDecision, "names another entry", log => [log.End(log.Append(Event())).Index]),
        (Kind.OutcomeWithoutDecision, "names a denial", log => [log.End(log.Deny("bob", AccessLog.Refund)).Index]),
        (Kind.OutcomeWithoutDecision, "names another content", log =>
        {
            var decision = log.Allow("alice", AccessLog.Refund);
            var outcome = log.Append(AccessLog.OutcomeOf(decision) with { Ref = new AuditReference(decision.Index, log.Policy.LeafHash) });
            log.End(decision);
            return [outcome.Index];
        }),
        (Kind.OutcomeWithoutDecision, "a second one", log =>
        {
            var decision = log.Act("alice", AccessLog.Refund);
            return [decision.Index, log.End(decision).Index];
        }),
        (Kind.OutcomeWithoutDecision, "the same three times", log =>
        {
            var decision = log.Allow("alice", AccessLog.Refund);
            var outcome = AccessLog.OutcomeOf(decision) with { Id = Guid.CreateVersion7(log.Now) };
            log.Append(outcome);
            log.Append(outcome);
            return [decision.Index, log.Append(outcome).Index];
        }),
        (Kind.OutcomeWithoutDecision, "by somebody else", log =>
        {
            var decision = log.Allow("alice", AccessLog.Refund);
            var outcome = log.Append(AccessLog.OutcomeOf(decision) with { Actor = new AuditSubject { Id = "bob" } });
            log.End(decision);
            return [outcome.Index];
        }),
        (Kind.OutcomeWithoutDecision, "of another session", log =>
        {
            var decision = log.Act("alice", AccessLog.Refund);
            var first = log.Session;
            log.Session = "s-2";
            log.Open();
            var outcome = log.Append(AccessLog.OutcomeOf(decision) with { Session = log.Session });
            log.Close();
            log.Session = first;
            return [outcome.Index];
        }),
        (Kind.OutsideSession, "none", log =>
        {
            var decision = log.Decision(false, AccessLog.Subject("bob"), AccessLog.Refund) with { Session = null };
            return [log.Append(decision).Index];
        }),
        (Kind.OutsideSession, "closed before", log =>
        {
            log.Close();
            var decision = log.Act("alice", AccessLog.Refund);
            return [decision.Index];
        }),
        (Kind.OutsideSession, "closed twice", log =>
        {
            log.Close();
            var second = log.Close();
            log.Open();
            return [second.Index];
        }),
        (Kind.GrantWithoutQuorum, "one vote of two", log =>
        {
            var request = log.Request("alice");
            log.Approve("bob", request);
            return [request.Index, log.Activate("alice", request).Index];
        }),
        (Kind.GrantWithoutQuorum, "no request", log =>
        {
            var other = log.Append(Event());
            return [log.Activate("alice", other).Index];
        }),
        (Kind.SelfApproval, "by the requester", log => OnRequest(log, "eve", request => log.Approve("eve", request))),
        (Kind.SelfApproval, "on behalf of the requester", log => OnRequest(log, "eve", request => log.Vote(AccessLog.Subject("bob", "eve"), request))),
        (Kind.SelfApproval, "by another account of the same person", log => OnRequest(log, "alice", request => log.Approve("alice2", request))),
        (Kind.SelfApproval, "of a review", log =>
        {
            var glass = log.BreakGlass("ona");
            return [glass.Index, log.Do(new ReviewAct(AccessLog.Subject("bob", "ona"), "fine", AccessLog.Reference(glass), true)).Index];
        }),
        (Kind.VoteCountedTwice, "the same voter", log =>
        {
            var request = log.Request("alice");
            var vote = log.Approve("bob", request);
            return [request.Index, vote.Index, log.Approve("bob", request).Index];
        }),
        (Kind.VoteCountedTwice, "the same voter for somebody", log =>
        {
            var request = log.Request("alice");
            var vote = log.Approve("bob", request);
            return [request.Index, vote.Index, log.Vote(AccessLog.Subject("carol", "bob"), request).Index];
        }),
        (Kind.ApproverWithoutRight, "approves", log => OnRequest(log, "alice", request => log.Approve("otto", request))),
        (Kind.ApproverWithoutRight, "denies", log => OnRequest(log, "alice", request => log.Vote(AccessLog.Subject("otto"), request, approves: false))),
        (Kind.VoteNotSigned, "not at all", log => OnRequest(log, "alice", request => log.Approve("bob", request), AccessLog.Rotate)),
        (Kind.VoteNotSigned, "with another key", log => OnRequest(log, "alice", request => log.Vote(AccessLog.Subject("bob"), request, signed: true, signer: "carol"), AccessLog.Rotate)),
        (Kind.InvalidVote, "after a day", log => OnRequest(log, "alice", request =>
        {
            log.Pass(TimeSpan.FromDays(1));
            return log.Approve("bob", request);
        })),
        (Kind.InvalidVote, "on what is approved", log =>
        {
            var request = Approved(log);
            return [request.Index, log.Approve("dan", request).Index];
        }),
        (Kind.InvalidVote, "on what there is not", log => [log.Approve("bob", log.Append(Event())).Index]),
        (Kind.InvalidRequest, "for too long", log => [log.Request("alice", seconds: 1801).Index]),
        (Kind.InvalidRequest, "for what has no rule", log => [log.Request("alice", AccessLog.Refund).Index]),
        (Kind.InvalidRequest, "for what is asked for already", log =>
        {
            log.Request("alice");
            return [log.Request("alice").Index];
        }),
        (Kind.RequesterWithoutRight, "asks", log => [log.Request("bob").Index]),
        (Kind.SeparateApprovers, "asks after approving", log =>
        {
            log.Approve("eve", log.Request("alice", AccessLog.Vault));
            return [log.Request("eve", AccessLog.Vault).Index];
        }),
        (Kind.SeparateApprovers, "approves after asking", log =>
        {
            log.Request("eve", AccessLog.Vault);
            return OnRequest(log, "alice", request => log.Approve("eve", request), AccessLog.Vault);
        }),
        (Kind.ActivationOutOfWindow, "too late", log =>
        {
            var request = Approved(log);
            log.Pass(TimeSpan.FromHours(8));
            return [request.Index, log.Activate("alice", request).Index];
        }),
        (Kind.ActivationOutOfWindow, "outside of the hours", log =>
        {
            var request = log.Request("alice", AccessLog.Vault);
            log.Pass(TimeSpan.FromHours(7.9));
            log.Approve("bob", request);
            log.Pass(TimeSpan.FromMinutes(10));
            return [request.Index, log.Activate("alice", request).Index];
        }),
        (Kind.ActivationOutOfWindow, "longer than asked for", log =>
        {
            var request = Approved(log);
            return [request.Index, log.Activate("alice", request, end: log.Next.AddSeconds(601)).Index];
        }),
        (Kind.ActivationOutOfWindow, "at the end of all times", log =>
        {
            var request = Approved(log);
            var end = new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);
            return [request.Index, log.Do(new ActivateAct(AccessLog.Subject("alice"), AccessLog.Reference(request), end, end)).Index];
        }),
        (Kind.InvalidActivation, "by somebody else", log =>
        {
            var request = Approved(log);
            return [request.Index, log.Activate("eve", request).Index];
        }),
        (Kind.RevocationWithoutRight, "revokes", log =>
        {
            var grant = log.Grant();
            return [grant.Index, log.Revoke("ona", grant).Index];
        }),
        (Kind.InvalidEnd, "a revocation without reason", log =>
        {
            var grant = log.Grant();
            return [grant.Index, log.Revoke("otto", grant, reason: null).Index];
        }),
        (Kind.InvalidEnd, "told too soon", log =>
        {
            var grant = log.Grant();
            return [grant.Index, log.Do(new TellAct(GrantTypes.Expired, AccessLog.Reference(grant), IsByPolicy: false)).Index];
        }),
        (Kind.InvalidEnd, "cancelled by somebody else", log =>
            OnRequest(log, "alice", request => log.Do(new CancelAct(AccessLog.Subject("eve"), null, AccessLog.Reference(request))))),
        (Kind.InvalidEnd, "relinquished and not live", log =>
            OnRequest(log, "alice", request => log.Do(new RelinquishAct(AccessLog.Subject("alice"), null, AccessLog.Reference(request))))),
        (Kind.BreakGlassWithoutRight, "who", log => [log.BreakGlass("alice").Index]),
        (Kind.BreakGlassWithoutRight, "what", log => [log.BreakGlass("ona", permission: AccessLog.Vault).Index]),
        (Kind.BreakGlassUnreviewed, "again", log =>
        {
            log.BreakGlass("ona");
            log.Pass(TimeSpan.FromHours(1));
            return [log.BreakGlass("ona").Index];
        }),
        (Kind.InvalidBreakGlass, "no reason", log => [log.BreakGlass("ona", reason: null).Index]),
        (Kind.InvalidBreakGlass, "too long", log => [log.BreakGlass("ona", seconds: 1000).Index]),
        (Kind.InvalidReview, "without the right", log =>
        {
            var glass = log.BreakGlass("ona");
            return [glass.Index, log.Review("otto", glass).Index];
        }),
        (Kind.InvalidReview, "of what was asked for", log =>
        {
            var grant = log.Grant();
            return [grant.Index, log.Review("bob", grant).Index];
        }),
        (Kind.PolicyOutOfOrder, "an older version", log =>
        {
            var newer = log.Deploy(log.PolicyOf(3));
            return [newer.Index, log.Deploy(log.PolicyOf(2)).Index];
        }),
        (Kind.PolicyOutOfOrder, "in the place of another", log =>
        {
            var newer = log.Deploy(log.PolicyOf(2));
            return [newer.Index, log.Deploy(log.PolicyOf(3), predecessor: log.Policy.Index).Index];
        }),
        (Kind.PolicyWithoutGrant, "none", log =>
        {
            var first = log.Deploy(log.PolicyOf(1, "bank").DeployUnderGrant());
            return [first.Index, log.Deploy(log.PolicyOf(2, "bank")).Index];
        }),
        (Kind.BrokenChain, "skips an entry", log => [log.State.Head, log.Append(StateEntries.Reject("shop", "no", log.Session), prev: -1).Index]),
        (Kind.WrongState, "another state", log =>
            [log.State.Head, StateEntries.Write(PrivilegeState.Empty, log.Session).Select(entry => log.Append(entry)).Last().Index]),
        (Kind.MalformedEntry, "an unknown type of grants", log => [log.Append(Event() with { Type = "grant.stolen" }).Index]),
        (Kind.MalformedEntry, "an unknown type of access", log => [log.Append(Event() with { Type = "access.stolen" }).Index]),
        (Kind.MalformedEntry, "a decision about nothing", log => [log.Append(Event() with { Type = AccessTypes.Denied, Session = log.Session }).Index]),
        (Kind.MalformedEntry, "a request without details", log =>
            [log.Append(log.Act(new RequestAct(AccessLog.Subject("alice"), null, new GrantSubjectMatter([AccessLog.Purge], null, null), 60, null)) with { Details = null }).Index]),
        (Kind.MalformedEntry, "a vote on another content", log => OnRequest(log, "alice", request =>
            log.Do(new VoteAct(AccessLog.Subject("bob"), null, new AuditReference(request.Index, log.Policy.LeafHash), true, null)))),
        (Kind.MalformedEntry, "a part that leads nowhere", log =>
        {
            log.Append(Event() with { Type = StateEntries.PolicyPart, Details = AuditDetails.Parse("""{"part":0,"of":2,"text":"x"}""") });
            return [log.Append(Event() with { Type = StateEntries.PolicyPart, Details = AuditDetails.Parse("""{"part":0,"of":2,"text":"x"}""") }).Index];
        }),
        (Kind.MalformedEntry, "a policy that cannot be read", log =>
        {
            var policy = StateEntries.Deploy(new DeployablePolicy("bank", 1, Encoding.UTF8.GetBytes("{}")), null, log.Session);
            return [log.Append(Assert.Single(policy)).Index];
        }),
        (Kind.MalformedEntry, "no event", log =>
        {
            log.Bytes.Add(Encoding.UTF8.GetBytes($$"""{"time":"{{log.Now:yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}}","foreign":1}"""));
            return [log.Bytes.Count - 1];
        }),
    ];

    public static TheoryData<AccessViolationKind, string> Named
    {
        get
        {
            var named = new TheoryData<AccessViolationKind, string>();
            Cases.ForEach(item => named.Add(item.Kind, item.What));
            return named;
        }
    }

    [Theory]
    [MemberData(nameof(Named))]
    public async Task Is_caught_and_named(AccessViolationKind kind, string what)
    {
        var log = new AccessLog();
        var entries = Cases.Single(item => item.Kind == kind && item.What == what).Write(log);
        log.Close();

        var report = await log.ReplayAsync();

        Assert.True(report.ViolationCount == 1, string.Join('\n', report.Violations));
        var violation = Assert.Single(report.Violations);
        Assert.Equal((kind, string.Join(' ', entries)), (violation.Kind, string.Join(' ', violation.Entries)));
        Assert.Equal(KeyValuePair.Create(kind, 1L), Assert.Single(report.ViolationsByKind));
        Assert.Contains($"{entries[^1]}", violation.Text, StringComparison.Ordinal);
        Assert.False(report.Holds);
    }

    [Fact]
    public void Every_kind_has_a_case()
    {
        // Pins are the auditor's, not the log's: PinnedPolicyTests.
        Assert.Equal(Enum.GetValues<Kind>().Except([Kind.PolicyNotPinned]), Cases.Select(item => item.Kind).Distinct().Order());
    }

    private static AuditEvent Event() => new() { Actor = new AuditSubject { Id = "alice" }, Action = "orders.look", Session = "s-1" };

    private static long[] OnRequest(AccessLog log, string requester, Func<AuditEntry, AuditEntry> act, string permission = AccessLog.Purge)
    {
        var request = log.Request(requester, permission);
        return [request.Index, act(request).Index];
    }

    private static AuditEntry Approved(AccessLog log)
    {
        var request = log.Request("alice");
        log.Approve("bob", request);
        log.Approve("carol", request);
        return request;
    }
}
