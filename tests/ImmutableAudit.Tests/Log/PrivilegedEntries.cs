using ImmutableAudit.Events;
using ImmutableAudit.Log;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>Entries of the library's own, for tests.</summary>
internal static class PrivilegedEntries
{
    public static AuditEvent Of(string type, string label = "x") => TestLogs.Event(0) with
    {
        Type = type,
        Action = type,
        Resource = new AuditResource { Type = "label", Id = label },
    };

    public static AuditEvent Decision(long basis = -1) =>
        Of("access.allowed") with { Outcome = "allowed", Privilege = new PrivilegeMembers { Permission = "orders.refund", Basis = basis } };

    public static AuditEvent Outcome(in BegunAct act) =>
        Of("access.outcome") with { Ref = new AuditReference(act.Decision.Receipt.Index, act.Decision.Receipt.LeafHash), Outcome = "success" };

    /// <summary>Checks that each privilege entry names the one before it, and gives the newest.</summary>
    public static long CheckChain(IEnumerable<AuditEntry> entries)
    {
        long head = -1;
        foreach (var entry in entries)
        {
            var expected = EventTypes.IsPrivilegeState(entry.Type) ? head : (long?)null;
            Assert.Equal(expected, entry.Prev);
            head = expected is null ? head : entry.Index;
        }

        return head;
    }
}
