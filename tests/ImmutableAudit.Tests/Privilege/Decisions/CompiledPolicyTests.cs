using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Privilege.Policy;

namespace ImmutableAudit.Tests.Privilege.Decisions;

public sealed class CompiledPolicyTests
{
    private static readonly AccessSubject Alice = new(new AuditSubject { Id = "alice" });

    [Fact]
    public void Indexes_are_those_of_the_application_whatever_the_policy()
    {
        var application = PermissionCatalogue.Of(
            new PermissionDefinition("a.first"), new PermissionDefinition(Shop.Read, auditLevel: AuditLevel.DenialsOnly), new PermissionDefinition(Shop.Refund, elevated: true));
        var compiled = new CompiledPolicy(Shop.Full().Build(), application);
        var alice = compiled.Resolve(Alice);

        Assert.Equal((-1, 1, 2, -1), (compiled.IndexOf("a.first"), compiled.IndexOf(Shop.Read), compiled.IndexOf(Shop.Refund), compiled.IndexOf(Shop.Purge)));
        Assert.Equal((false, true, false), (alice.Holds(0), alice.Holds(1), alice.Holds(2)));
        Assert.True(compiled.IsElevated(2));
        Assert.Equal(DenialCode.UnknownPermission, alice.Decide("a.first", null, [], default).Reasons[0].Code);
        Assert.Equal(DenialCode.Elevated, alice.Decide(Shop.Refund, null, [], default).Reasons[0].Code);
    }

    [Fact]
    public void What_the_policy_calls_elevated_is_whatever_the_application_says()
    {
        var policy = Shop.Full().Role("r", role => role.Allow(Shop.Purge)).Assign("alice", "r").Build();
        var compiled = new CompiledPolicy(policy, PermissionCatalogue.Of(new PermissionDefinition(Shop.Purge)));
        Assert.True(compiled.IsElevated(0));
        Assert.False(compiled.Resolve(Alice).Holds(0));
    }

    [Fact]
    public void A_bit_answers_without_allocating_however_large_the_policy()
    {
        const int permissions = 10_000, roles = 1_000;
        var builder = new AccessPolicyBuilder().Application("large").Version(1);
        for (var i = 0; i < permissions; i++)
        {
            builder.Permission($"p{i:00000}.do");
        }

        for (var i = 0; i < roles; i++)
        {
            builder.Role($"r{i:0000}", role => role.Allow(Enumerable.Range(0, 20).Select(k => $"p{((i * 10) + (k * 2)) % permissions:00000}.do")).Allow("p00001.do", ("order", "1")));
            builder.Assign("alice", $"r{i:0000}");
        }

        var alice = new CompiledPolicy(builder.Build()).Resolve(Alice);
        var held = Count(alice);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var again = Count(alice);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((permissions / 2, permissions / 2, (permissions / 2) + 1), (held.Bits, again.Bits, again.OnOrder));

        static (int Bits, int OnOrder) Count(SubjectPermissions subject)
        {
            var (bits, onOrder) = (0, 0);
            for (var i = 0; i < permissions; i++)
            {
                bits += subject.Holds(i) ? 1 : 0;
                onOrder += subject.Holds(i, "order", "1") ? 1 : 0;
            }

            return (bits, onOrder);
        }
    }
}
