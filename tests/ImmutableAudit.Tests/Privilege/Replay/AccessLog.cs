using ImmutableAudit.Events;
using ImmutableAudit.Merkle;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Privilege.Replay;

/// <summary>
/// A log of a shop with access, written entry by entry: each says the right basis, policy, roles and <c>prev</c>, unless a test has it say
/// otherwise. Judges nothing.
/// </summary>
internal sealed class AccessLog
{
    public const string Read = "orders.read";
    public const string Refund = "orders.refund";
    public const string Note = "orders.note";
    public const string Purge = "orders.purge";
    public const string Vault = "vault.open";
    public const string Rotate = "keys.rotate";

    private readonly TestVoteKeys _keys = new();
    private int _ids;

    /// <summary>A log with a session that has put the shop's policy into force; a Monday at nine.</summary>
    public AccessLog()
    {
        Open();
        Policy = Deploy(PolicyOf(1));
    }

    public List<byte[]> Bytes { get; } = [];

    public string Session { get; set; } = "s-1";

    /// <summary>Of the newest entry.</summary>
    public DateTimeOffset Now { get; private set; } = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    /// <summary>The time of the entry that comes next.</summary>
    public DateTimeOffset Next => Now.AddSeconds(1);

    public PrivilegeState State { get; private set; } = PrivilegeState.Empty;

    public AuditEntry Policy { get; private set; }

    public CompiledPolicy Compiled => State.Policies["shop"].Compiled;

    public AccessPolicyBuilder PolicyOf(int version, string application = "shop") => new AccessPolicyBuilder()
        .Application(application)
        .Version(version)
        .Permission(Read, auditLevel: AuditLevel.DenialsOnly)
        .Permission(Refund)
        .Permission(Note, auditLevel: AuditLevel.Decision)
        .Permission(Purge, elevated: true)
        .Permission(Vault, elevated: true)
        .Permission(Rotate, elevated: true)
        .Role("clerk", role => role.Allow(Refund).Allow(Note).Allow(Read, ("order", "7")))
        .Role("lead", role => role.Eligible())
        .Role("security", role => role.ApprovesElevation())
        .Role("officer", _ => { })
        .Role("oncall", _ => { })
        .Elevation(Purge, rule => rule.RequestableBy("lead").ApprovedBy("security", 2).MaxDuration(TimeSpan.FromMinutes(30))
            .RevocableBy("officer").BreakGlass(TimeSpan.FromMinutes(15), "oncall"))
        .Elevation(Vault, rule => rule.RequestableBy("lead").ApprovedBy("security").SeparateApprovers()
            .ActiveHours(TimeSpan.Zero, new TimeOnly(8, 0), new TimeOnly(17, 0), DayOfWeek.Monday))
        .Elevation(Rotate, rule => rule.RequestableBy("lead").ApprovedBy("security").SignedVotes())
        .VoteKey(new AuditSubject { Id = "bob" }, _keys.PublicOf("bob"))
        .Assign(new AuditSubject { Id = "alice", Person = "p-alice" }, "lead")
        .Assign(new AuditSubject { Id = "alice2", Person = "p-alice" }, "security")
        .Assign("alice", "clerk")
        .Assign("bob", "security")
        .Assign("carol", "security")
        .Assign("dan", "security")
        .Assign("eve", "lead")
        .Assign("eve", "security")
        .Assign("otto", "officer")
        .Assign("ona", "oncall");

    public static AccessSubject Subject(string id, string? onBehalfOf = null) =>
        new(new AuditSubject { Id = id, OnBehalfOf = onBehalfOf is null ? null : new AuditSubject { Id = onBehalfOf } });

    public void Pass(TimeSpan time) => Now += time;

    /// <summary>Writes whatever entry.</summary>
    public AuditEntry Append(AuditEvent entry, long? prev = null)
    {
        Now = Next;
        var bytes = EventEncoder.Encode(entry, new Guid(++_ids, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0), library: true).ToArray();
        EntryTime.Stamp(bytes, Now);
        if (EventTypes.IsPrivilegeState(entry.Type))
        {
            EntryPrev.Stamp(bytes, prev ?? State.Head);
        }

        Bytes.Add(bytes);
        var decoded = AuditEntry.Decode(Bytes.Count - 1, bytes);
        if (EventTypes.IsPrivilegeState(entry.Type))
        {
            try
            {
                State = State.Apply(decoded);
            }
            catch (AuditException)
            {
                State = State.PassOver(decoded);
            }
        }

        return decoded;
    }

    public AuditEntry Open() => Append(new AuditEvent { Actor = Library("log"), Type = EventTypes.LogOpened, Action = EventTypes.LogOpened, Session = Session });

    public AuditEntry Close() => Append(new AuditEvent { Actor = Library("log"), Type = EventTypes.LogClosed, Action = EventTypes.LogClosed, Session = Session });

    public AuditEntry Deploy(AccessPolicyBuilder policy, long? grant = null, long? predecessor = null)
    {
        var built = policy.Build();
        var deployable = new DeployablePolicy(built.Application, built.Version, PolicyDocument.Of(built).Utf8);
        var old = predecessor is { } named ? new PolicyInForce(named, built.Application, 1, "", default) : State.Policies.GetValueOrDefault(built.Application);
        return StateEntries.Deploy(deployable, old, Session).Select(entry => Append(entry with { Grant = grant })).Last();
    }

    public AuditEvent Act(GrantAct act) => GrantEntries.Of(act, Compiled.Resolve(act.Actor).Roles, State.Policies["shop"].Index, State.Head, Session, null);

    public AuditEntry Do(GrantAct act) => Append(Act(act));

    public AuditEntry Request(string who, string permission = Purge, long seconds = 600, AuditResource? resource = null) =>
        Do(new RequestAct(Subject(who), "why", new GrantSubjectMatter([permission], resource, null), seconds, null));

    public AuditEntry Vote(AccessSubject who, AuditEntry request, bool approves = true, bool signed = false, string? signer = null) =>
        Do(new VoteAct(who, null, Reference(request), approves, signed ? Proof(signer ?? who.Identity.Id, request.LeafHash, approves) : null));

    public VoteProof Proof(string signer, MerkleHash request, bool approves) => _keys.Sign(signer, request, approves);

    public AuditEntry Approve(string who, AuditEntry request) => Vote(Subject(who), request);

    public AuditEntry Activate(string who, AuditEntry request, long seconds = 600, DateTimeOffset? end = null) =>
        Do(new ActivateAct(Subject(who), Reference(request), Next, end ?? Next.AddSeconds(seconds)));

    public AuditEntry BreakGlass(string who, string? reason = "fire", string permission = Purge, long seconds = 600) =>
        Do(new BreakGlassAct(Subject(who), reason, new GrantSubjectMatter([permission], null, null), Next, Next.AddSeconds(seconds)));

    public AuditEntry Revoke(string who, AuditEntry request, string? reason = "no need") => Do(new RevokeAct(Subject(who), reason, Reference(request)));

    public AuditEntry Review(string who, AuditEntry request) => Do(new ReviewAct(Subject(who), "looked at it", Reference(request), Justified: true));

    /// <summary>A grant of alice's that is live.</summary>
    public AuditEntry Grant(string permission = Purge, AuditResource? resource = null)
    {
        var request = Request("alice", permission, resource: resource);
        Approve("bob", request);
        Approve("carol", request);
        Activate("alice", request);
        return request;
    }

    public AuditEvent Decision(bool allowed, AccessSubject who, string permission, AuditEntry? grant = null, AuditResource? resource = null, string? reason = null) => new()
    {
        Type = allowed ? AccessTypes.Allowed : AccessTypes.Denied,
        Session = Session,
        Actor = who.Identity,
        Action = "IOrders.DoAsync",
        Resource = resource,
        Outcome = allowed ? AuditOutcome.Allowed : AuditOutcome.Denied,
        Reason = reason ?? (allowed ? null : "not-granted: nothing gives it."),
        Grant = grant?.Index,
        Privilege = new PrivilegeMembers
        {
            Permission = permission,
            Roles = Compiled.Resolve(who).Roles,
            Policy = State.Policies["shop"].Index,
            Basis = State.Head,
        },
    };

    public AuditEntry Deny(string who, string permission, string? reason = null) => Append(Decision(false, Subject(who), permission, reason: reason));

    public AuditEntry Allow(string who, string permission, AuditEntry? grant = null, AuditResource? resource = null) =>
        Append(Decision(true, Subject(who), permission, grant, resource));

    public static AuditEvent OutcomeOf(AuditEntry decision) => new()
    {
        Type = AccessTypes.Outcome,
        Session = decision.Event.Session,
        Actor = decision.Event.Actor,
        Action = decision.Event.Action,
        Outcome = AuditOutcome.Success,
        Ref = Reference(decision),
        Grant = decision.Event.Grant,
    };

    public AuditEntry End(AuditEntry decision) => Append(OutcomeOf(decision));

    /// <summary>An act with its outcome; the decision.</summary>
    public AuditEntry Act(string who, string permission, AuditEntry? grant = null, AuditResource? resource = null)
    {
        var decision = Allow(who, permission, grant, resource);
        End(decision);
        return decision;
    }

    public static AuditReference Reference(AuditEntry entry) => new(entry.Index, entry.LeafHash);

    /// <summary>Signs the log, verifies it, and replays it in the same pass.</summary>
    public async Task<AccessReport> ReplayAsync(params PolicyDigest[] pinned)
    {
        using var key = new TestKey(TestLog.Origin);
        var replay = new AccessReplay(pinned);
        var verifier = new LogVerifier(new MemoryLogReader(new TestLog(Bytes), key), new LogVerificationOptions { Keys = [key.Verifier] });
        var result = await verifier.VerifyAsync(new ReplayVisitor(replay));
        Assert.True(result.Holds, result.Failure?.Message);
        return replay.Complete();
    }

    private static AuditSubject Library(string id) => new() { Issuer = "immutableaudit", Id = id, Kind = "process" };
}

/// <summary>Replays what is verified.</summary>
internal sealed class ReplayVisitor(AccessReplay replay) : IEntryVisitor
{
    public void Visit(IReadOnlyList<VisitedEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Entry is { } decoded)
            {
                replay.Add(decoded);
            }
            else
            {
                replay.AddUnreadable(entry.Index);
            }
        }
    }
}
