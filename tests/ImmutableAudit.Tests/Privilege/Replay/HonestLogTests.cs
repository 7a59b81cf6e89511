using FsCheck.Fluent;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Replay;

/// <summary>A host that writes what the rules allow and nothing else: whatever its people try, nothing is wrong with its log.</summary>
/// <remarks>What the guards themselves write is replayed wherever a <c>GuardedShop</c> closes.</remarks>
public sealed class HonestLogTests
{
    private const int StepsEach = 150;

    private static readonly string[] People = ["alice", "alice2", "bob", "carol", "dan", "eve", "otto", "ona", "nobody"];
    private static readonly string[] Elevated = [AccessLog.Purge, AccessLog.Vault, AccessLog.Rotate];
    private static readonly string[] All = [.. Elevated, AccessLog.Refund, AccessLog.Note, AccessLog.Read];

    [Fact]
    public void Nothing_is_wrong_with_what_the_rules_allow()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Run(new Random(seed), seen)).CheckSeeded(cases: 60);

        // Otherwise little would be shown by it.
        string[] rare = [GrantTypes.Activated, GrantTypes.Revoked, GrantTypes.Expired, GrantTypes.Lapsed, GrantTypes.Reviewed, "by grant", "state", "policy"];
        Assert.Empty(rare.Except(seen, StringComparer.Ordinal));
    }

    private static void Run(Random random, HashSet<string> seen)
    {
        var log = new AccessLog();
        var owed = new List<AuditEntry>();
        var version = 1;
        for (var i = 0; i < StepsEach; i++)
        {
            switch (random.Next(14))
            {
                case 0 when random.Next(4) == 0:
                    log.Deploy(random.Next(3) == 0 ? log.PolicyOf(++version).Role($"r{version}", _ => { }) : Poorer(++version));
                    seen.Add("policy");
                    break;
                case 1 when random.Next(3) == 0:
                    StateEntries.Write(log.State, log.Session).ToList().ForEach(entry => log.Append(entry));
                    seen.Add("state");
                    break;
                case 2 when random.Next(4) == 0:
                    owed.ForEach(decision => log.End(decision));
                    owed.Clear();
                    log.Close();
                    log.Session = $"s-{i}";
                    log.Open();
                    break;
                case 3:
                    log.Pass(TimeSpan.FromMinutes(random.Next(90)));
                    break;
                case < 8:
                    Decide(random, log, owed, seen);
                    break;
                default:
                    Try(Some(random, log), log, seen);
                    break;
            }
        }

        var report = Replayed.Of(log.Bytes.Select((bytes, index) => AuditEntry.Decode(index, bytes)));

        Assert.True(report.Holds, string.Join('\n', report.Violations));
        Check(log, report, owed.Count);
    }

    /// <summary>The report says what counting by hand says.</summary>
    private static void Check(AccessLog log, AccessReport report, int unknown)
    {
        var entries = log.Bytes.Select((bytes, index) => AuditEntry.Decode(index, bytes)).ToList();
        int Count(params string[] types) => entries.Count(entry => types.Contains(entry.Type));
        var votes = entries.Where(entry => entry.Type is GrantTypes.Approved or GrantTypes.Denied).ToList();
        var signed = votes.Count(vote => vote.Event.Details!.ToString()!.Contains("signature", StringComparison.Ordinal));
        Assert.Equal(entries.Count, report.Entries);
        Assert.Equal((Count(AccessTypes.Allowed), Count(AccessTypes.Denied), Count(AccessTypes.Outcome)), (report.Allowed, report.Denied, report.Outcomes));
        Assert.Equal((Count(GrantTypes.Requested), Count(GrantTypes.Activated, GrantTypes.BreakGlass)), (report.Requests, report.Grants));
        Assert.Equal((signed, votes.Count - signed), (report.VotesSigned, report.VotesAsserted));
        Assert.Equal(entries.Where(entry => entry.Type == StateEntries.PolicyDeployed).Select(entry => entry.Index), report.Policies.Select(policy => policy.Index));
        Assert.Equal((unknown, unknown), (report.OutcomesUnknown, report.Sessions[^1].OutcomesUnknown));
        Assert.Equal(Count("log.opened"), report.SessionCount);
        Assert.Equal(entries.Count(entry => entry.Type == AccessTypes.Allowed && entry.Event.Grant is not null), report.AllowedByGrant);
    }

    private static AccessPolicyBuilder Poorer(int version) => new AccessPolicyBuilder().Application("shop").Version(version)
        .Permission(AccessLog.Purge, elevated: true).Permission(AccessLog.Refund).Role("lead", role => role.Eligible()).Role("security", role => role.ApprovesElevation())
        .Role("clerk", role => role.Allow(AccessLog.Refund))
        .Elevation(AccessLog.Purge, rule => rule.RequestableBy("lead").ApprovedBy("security").MaxDuration(TimeSpan.FromHours(1)))
        .Assign("alice", "lead").Assign("alice", "clerk").Assign("bob", "security").Assign("eve", "lead").Assign("carol", "security");

    private static void Decide(Random random, AccessLog log, List<AuditEntry> owed, HashSet<string> seen)
    {
        if (owed.Count > 0 && random.Next(3) == 0)
        {
            log.End(owed[^1]);
            owed.RemoveAt(owed.Count - 1);
        }

        var who = Who(random);
        var permission = Pick(random, random.Next(2) == 0 ? Elevated : All);
        var resource = random.Next(3) == 0 ? new AuditResource { Type = "order", Id = Pick(random, "7", "8") } : null;
        var grants = log.State.Grants.All.Select(record => record.Grant).OfType<AccessGrant>().ToList();
        var decision = log.Compiled.Resolve(who).Decide(permission, resource, grants, log.Next);
        var entry = log.Append(log.Decision(decision.Allowed, who, permission, null, resource, decision.Allowed ? null : string.Join(' ', decision.Reasons)) with
        {
            Grant = decision.Grants.Count > 0 ? decision.Grants[0].Index : null,
        });
        if (decision.Allowed && permission is not (AccessLog.Note or AccessLog.Read))
        {
            owed.Add(entry);
        }

        if (decision.Grants.Count > 0)
        {
            seen.Add("by grant");
        }
    }

    /// <summary>Does it where the rules say that it may be done; a host asks them first.</summary>
    private static void Try(GrantAct? act, AccessLog log, HashSet<string> seen)
    {
        if (act is null)
        {
            return;
        }

        var moment = new GrantMoment("shop", log.Compiled, log.State.Grants, log.Next);
        if (GrantRules.Judge(act, moment, new AuditReference(log.Bytes.Count, default)).Refusal is null)
        {
            log.Do(act);
            seen.Add(act.Type);
        }
        else
        {
            log.Deny(act.Actor.Identity.Id, "access.request", "no-right: refused.");
        }
    }

    private static GrantAct? Some(Random random, AccessLog log)
    {
        var who = Who(random);
        var records = log.State.Grants.All.ToList();
        var matter = new GrantSubjectMatter([Pick(random, Elevated)], random.Next(4) == 0 ? new AuditResource { Type = "order", Id = "7" } : null, null);
        if (records.Count == 0 || random.Next(3) == 0)
        {
            return random.Next(4) == 0
                ? new BreakGlassAct(AccessLog.Subject("ona"), "fire", matter with { Permissions = [AccessLog.Purge] }, log.Next, log.Next.AddSeconds(600))
                : new RequestAct(AccessLog.Subject(Pick(random, "alice", "eve", "bob")), null, matter, 1 + random.Next(3000), null);
        }

        var record = Pick(random, [.. records]);
        var own = AccessSubject.Recorded(record.Requester, record.Roles);
        if (record.IsDue(log.Next))
        {
            return TellAct.Of(record);
        }

        var moment = new GrantMoment("shop", log.Compiled, log.State.Grants, log.Next);
        return (record.Stage, random.Next(8)) switch
        {
            (GrantStage.Pending or GrantStage.Approved, 0) => new CancelAct(own, null, record.Reference),
            (GrantStage.Pending, 1) => new VoteAct(who, null, record.Reference, false, null),
            (GrantStage.Pending, var number) => new VoteAct(who, null, record.Reference, true, number < 5 ? log.Proof(who.Identity.Id, record.Reference.Leaf, true) : null),
            (GrantStage.Approved, _) => moment.EndOf(record.Matter.Permissions, record.Seconds, log.Next) is { } end
                ? new ActivateAct(own, record.Reference, log.Next, end) : null,
            (GrantStage.Active, 0) => new RelinquishAct(own, null, record.Reference),
            (GrantStage.Active, < 3) => new RevokeAct(who, "enough", record.Reference),
            _ => new ReviewAct(who, "looked", record.Reference, true),
        };
    }

    private static AccessSubject Who(Random random) => random.Next(5) switch
    {
        0 => AccessLog.Subject(Pick(random, People), Pick(random, People)),
        1 => new AccessSubject(new AuditSubject { Id = Pick(random, People) }, new AssertedRole(Pick(random, "security", "clerk", "officer", "none"), "idp")),
        _ => AccessLog.Subject(Pick(random, People)),
    };

    private static T Pick<T>(Random random, params T[] from) => from[random.Next(from.Length)];
}
