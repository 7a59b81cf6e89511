using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Privilege.Replay;

namespace ImmutableAudit.Tests.Privilege.Requests;

/// <summary>That something has ended is told afterwards, and nothing depends on it (PRIVILEGE.md P21, P17).</summary>
public sealed class UntoldEndTests
{
    private readonly AccessLog _log = new();

    [Fact]
    public void What_has_lapsed_is_in_nobodys_way()
    {
        var matter = new GrantSubjectMatter([AccessLog.Purge], null, null);
        _log.Do(new RequestAct(AccessLog.Subject("alice"), "r", matter, 600, "k"));
        Assert.Equal(RefusalCode.KeyReused, Judge(new RequestAct(AccessLog.Subject("alice"), "other", matter, 60, "k")));
        Assert.Equal(RefusalCode.AlreadyHeld, Judge(new RequestAct(AccessLog.Subject("alice"), "other", matter, 60, null)));
        _log.Pass(TimeSpan.FromHours(24));
        Assert.Null(Judge(new RequestAct(AccessLog.Subject("alice"), "other", matter, 60, "k")));
    }

    [Fact]
    public void Who_approved_what_has_expired_may_ask_and_who_asked_for_it_may_vote()
    {
        var first = _log.Request("alice", AccessLog.Vault, 60);
        _log.Approve("eve", first);
        _log.Activate("alice", first, 60);
        var matter = new GrantSubjectMatter([AccessLog.Vault], null, null);
        var ask = new RequestAct(AccessLog.Subject("eve"), "r", matter, 60, null);
        Assert.Equal(RefusalCode.SeparateApprovers, Judge(ask));
        _log.Pass(TimeSpan.FromSeconds(60));
        Assert.Null(Judge(ask));
    }

    [Fact]
    public void A_policy_ends_nothing_that_was_over_before()
    {
        var request = _log.Request("alice", AccessLog.Vault, 60);
        _log.Approve("bob", request);
        _log.Activate("alice", request, 60);
        _log.Pass(TimeSpan.FromSeconds(60));
        _log.Deploy(new AccessPolicyBuilder().Application("shop").Version(2));
        Assert.Equal(AccessRequestStatus.Expired, _log.State.Grants.Find(request.Index)!.StatusAt(_log.Now));
    }

    private string? Judge(GrantAct act) =>
        GrantRules.Judge(act, new GrantMoment("shop", _log.Compiled, _log.State.Grants, _log.Next), new AuditReference(long.MaxValue, default)).Refusal?.Code;
}
