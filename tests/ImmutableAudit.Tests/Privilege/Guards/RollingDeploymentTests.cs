using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Privilege.Replay;
using ImmutableAudit.Tests.Privilege.Requests;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>A host that goes by the policy of a newer one, whose permissions have other attributes than its own (PRIVILEGE.md P4, P5).</summary>
public sealed class RollingDeploymentTests
{
    [Theory]
    [InlineData(Permissions.Read, AuditLevel.DenialsOnly, "access.summary")]
    [InlineData(Permissions.Read, AuditLevel.Decision, "access.allowed")]
    [InlineData(Permissions.Read, AuditLevel.DecisionAndOutcome, "access.allowed access.outcome")]
    [InlineData(Permissions.Note, AuditLevel.DenialsOnly, "access.allowed")]
    [InlineData(Permissions.Note, AuditLevel.DecisionAndOutcome, "access.allowed access.outcome")]
    [InlineData(Permissions.Refund, AuditLevel.DenialsOnly, "access.allowed access.outcome")]
    [InlineData(Permissions.Refund, AuditLevel.Decision, "access.allowed access.outcome")]
    public async Task What_is_recorded_is_what_either_of_code_and_policy_wants(string permission, AuditLevel level, string recorded)
    {
        var entries = await RunAsync(
            policy => policy.Permission(permission, false, level).Role("clerk", role => role.Allow(permission)).Assign("alice", "clerk"),
            async shop =>
            {
                using var scope = GuardedShop.As("alice");
                await (permission == Permissions.Read ? shop.Orders.ReadAsync("o") : permission == Permissions.Note ? shop.Orders.NoteAsync("n").AsTask() : shop.Orders.RefundAsync("o", 1, "c"));
                Assert.Equal(1, shop.Inner.Calls);
            });
        Assert.Equal(recorded, string.Join(' ', entries.Select(entry => entry.Type)));
    }

    [Theory]
    [InlineData(Permissions.Read)]
    [InlineData(Permissions.Note)]
    public async Task What_the_policy_calls_elevated_is_on_record_with_its_grant_and_its_outcome(string permission)
    {
        var entries = await RunAsync(
            policy => policy
                .Permission(permission, elevated: true)
                .Role("lead", _ => { })
                .Role("security", role => role.ApprovesElevation())
                .Elevation(permission, rule => rule.RequestableBy("lead").ApprovedBy("security").BreakGlass(TimeSpan.FromMinutes(10), "lead"))
                .Assign("alice", "lead").Assign("sam", "security"),
            async shop =>
            {
                using var scope = GuardedShop.As("alice");
                await Assert.ThrowsAsync<AccessDeniedException>(CallAsync);
                await new AccessRequests(shop.Guard).BreakGlassAsync(AccessDesk.Purging() with { Permissions = [permission] });
                await CallAsync();
                Assert.Equal(1, shop.Inner.Calls);

                Task CallAsync() => permission == Permissions.Read ? shop.Orders.ReadAsync("o") : shop.Orders.NoteAsync("n").AsTask();
            });
        Assert.Equal("access.denied access.allowed access.outcome", string.Join(' ', entries.Select(entry => entry.Type)));
        Assert.All(entries.Skip(1), entry => Assert.NotNull(entry.Event.Grant));
    }

    /// <summary>A host begins by its own policy, and goes on by another's.</summary>
    /// <returns>The guards' entries.</returns>
    private static async Task<List<AuditEntry>> RunAsync(Action<AccessPolicyBuilder> newer, Func<GuardedShop, Task> act)
    {
        var store = new InMemoryStore();
        using var logs = new TestLogs();
        await using (var other = await logs.OpenInMemoryAsync(store))
        await using (var shop = await GuardedShop.OnAsync(await logs.OpenInMemoryAsync(store)))
        {
            await using (await AccessGuard.OpenAsync(other, [], policy => newer(policy.Application("shop").Version(2))))
            {
                await shop.Guard.Services.Engine.FollowAsync(default);
                await act(shop);
            }
        }

        var entries = await StoredEntries.OfAsync(store);
        var report = Replayed.Of(entries);
        Assert.True(report.Holds, string.Join('\n', report.Violations));
        return [.. entries.Where(entry => entry.Type.StartsWith("access.", StringComparison.Ordinal))];
    }
}
