using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>
/// Every member of the zoo, called through its guard: who may reaches the implementation, and nobody else does, and the log
/// says so as the member's attribute wants it (PRIVILEGE.md P2, P5, P6).
/// </summary>
public sealed class ZooMembersTests
{
    public static TheoryData<string, string> Members => Where(_ => true);

    public static TheoryData<string, string> ElevatedMembers => Where(member => member.Rule is { Elevated: true });

    [Fact]
    public void No_guarded_interface_of_the_zoo_is_forgotten() => Assert.Equal(
        typeof(Zoo.IState).Assembly.GetTypes()
            .Where(type => type.IsDefined(typeof(GuardedAttribute), inherit: false) && type.Namespace?.StartsWith("ImmutableAudit.Tests", StringComparison.Ordinal) != true)
            .Select(type => type.ToString()).Order(StringComparer.Ordinal),
        Species.All.Select(species => Definition(species.Guarded).ToString()).Order(StringComparer.Ordinal));

    [Fact]
    public void No_member_is_forgotten() => Assert.All(Species.All, species => Assert.Equal(
        ZooMember.Of(species.Guarded).Select(member => member.Key).Order(StringComparer.Ordinal),
        species.CallsByMember.Keys.Order(StringComparer.Ordinal)));

    [Theory]
    [MemberData(nameof(Members))]
    public async Task A_member_is_reached_by_those_who_may_and_is_on_record(string guarded, string key)
    {
        var species = Species.All.Single(species => species.Guarded.ToString() == guarded);
        var member = ZooMember.Of(species.Guarded).Single(member => member.Key == key);
        using var logs = new TestLogs();
        await using var log = await logs.OpenInMemoryAsync();
        await using var guard = await AccessGuard.OpenAsync(log, GuardedShop.CatalogueOf(Definition(species.Guarded)), policy => policy
            .Application("zoo").Version(1).Role("keeper", role => role.Allow(Standing(species.Guarded))).Assign("keeper", "keeper"));

        var isOpen = member.Rule is null;
        await CallAsync("stranger", isOpen);
        await CallAsync("keeper", isOpen || !member.Rule!.Elevated);
        await guard.DisposeAsync();
        await log.FlushAsync();
        var entries = await log.ReadAsync().Where(entry => entry.Type.StartsWith("access.", StringComparison.Ordinal)).ToListAsync();
        Assert.Equal(Expected(member), entries.Select(entry => $"{entry.Type} {entry.Event.Actor.Id} {entry.Event.Outcome}"), StringComparer.Ordinal);
        Assert.All(entries, entry => Assert.Equal(entry.Type == "access.summary" ? "access.summary" : member.Action, entry.Event.Action));
        Assert.All(entries.Where(entry => entry.Type != "access.outcome"), entry => Assert.Equal(member.Rule!.Permission, entry.Permission));
        Assert.All(entries.Where(entry => entry.Type == "access.outcome"), outcome => Assert.Equal(entries[1].Index, outcome.Event.Ref?.Index));
        Assert.All(entries.Where(entry => entry.Type == "access.summary"), summary => Assert.Equal("{\"count\":1}", summary.Event.Details!.ToString()));

        async Task CallAsync(string subject, bool isAllowed)
        {
            var animal = species.Create();
            using (GuardedShop.As(subject))
            {
                var e = await Record.ExceptionAsync(() => species.CallsByMember[key](species.Guard(guard, animal)));
                Assert.True(isAllowed ? e is null : e is AccessDeniedException, e?.ToString());
            }

            Assert.Equal(isAllowed ? [key] : [], animal.Touched, StringComparer.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(ElevatedMembers))]
    public async Task An_elevated_member_is_reached_under_a_grant_which_is_on_record(string guarded, string key)
    {
        var species = Species.All.Single(species => species.Guarded.ToString() == guarded);
        var member = ZooMember.Of(species.Guarded).Single(member => member.Key == key);
        using var logs = new TestLogs();
        await using var log = await logs.OpenInMemoryAsync();
        await using var guard = await AccessGuard.OpenAsync(log, GuardedShop.CatalogueOf(Definition(species.Guarded)), policy => policy
            .Application("zoo").Version(1).Permission(AuditPermissions.Read)
            .Role("keeper", role => role.Allow(AuditPermissions.Read))
            .Role("vet", role => role.ApprovesElevation().Allow(AuditPermissions.Read))
            .Elevation(member.Rule!.Permission, rule => rule.RequestableBy("keeper").ApprovedBy("vet", quorum: 1).MaxDuration(TimeSpan.FromMinutes(30)))
            .Assign("keeper", "keeper").Assign("vet", "vet"));
        var requests = new AccessRequests(guard);
        var animal = species.Create();
        AccessRequest request;
        using (GuardedShop.As("keeper"))
        {
            request = await requests.RequestAsync(new ElevationRequest { Permissions = [member.Rule!.Permission], Duration = TimeSpan.FromMinutes(10), Reason = "ill" });
        }

        using (GuardedShop.As("vet"))
        {
            await requests.ApproveAsync(request.Id);
        }

        using (GuardedShop.As("keeper"))
        {
            await requests.ActivateAsync(request.Id);
            await species.CallsByMember[key](species.Guard(guard, animal));
        }

        Assert.Equal([key], animal.Touched, StringComparer.Ordinal);
        await log.FlushAsync();
        var allowed = await log.ReadAsync().Where(entry => entry.Type == "access.allowed").SingleAsync();
        Assert.Equal((member.Action, request.Id), (allowed.Event.Action, allowed.Event.Grant));
    }

    private static TheoryData<string, string> Where(Func<ZooMember, bool> isMeant)
    {
        var members = new TheoryData<string, string>();
        foreach (var species in Species.All)
        {
            foreach (var member in ZooMember.Of(species.Guarded).Where(isMeant))
            {
                members.Add(species.Guarded.ToString(), member.Key);
            }
        }

        return members;
    }

    private static Type Definition(Type guarded) => guarded.IsGenericType ? guarded.GetGenericTypeDefinition() : guarded;

    private static IEnumerable<string> Standing(Type guarded) => ZooMember.Of(guarded)
        .Select(member => member.Rule).OfType<RequirePermissionAttribute>().Where(rule => !rule.Elevated).Select(rule => rule.Permission).Distinct(StringComparer.Ordinal);

    /// <summary>What a stranger and a keeper leave behind, one call each. Nobody has a grant for what is elevated.</summary>
    private static string[] Expected(ZooMember member) => member.Rule switch
    {
        null => [],
        { Elevated: true } => ["access.denied stranger denied", "access.denied keeper denied"],
        { AuditLevel: AuditLevel.DecisionAndOutcome } => ["access.denied stranger denied", "access.allowed keeper allowed", "access.outcome keeper success"],
        { AuditLevel: AuditLevel.Decision } => ["access.denied stranger denied", "access.allowed keeper allowed"],
        _ => ["access.denied stranger denied", "access.summary keeper allowed"],
    };
}
