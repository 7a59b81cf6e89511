using ImmutableAudit.Privilege;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ImmutableAudit.Tests.Privilege.Policy;

public sealed class ConfiguredPolicyTests
{
    private static readonly Dictionary<string, string?> Section = new(StringComparer.Ordinal)
    {
        ["P:Version"] = "7",
        ["P:Roles:desk:Allow:0"] = Shop.Read,
        ["P:Roles:desk:AllowOn:0:Permission"] = Shop.Refund,
        ["P:Roles:desk:AllowOn:0:ResourceType"] = "order",
        ["P:Roles:desk:AllowOn:0:ResourceId"] = "4711",
        ["P:Roles:desk:Includes:0"] = "support",
        ["P:Roles:night:Eligible"] = "true",
        ["P:Roles:night:ApprovesElevation"] = "true",
        ["P:Assignments:0:Id"] = "alice",
        ["P:Assignments:0:Issuer"] = "https://idp.example",
        ["P:Assignments:0:Person"] = "p-1",
        ["P:Assignments:0:Roles:0"] = "desk",
        ["P:Assignments:0:Roles:1"] = "lead",
        ["P:SeparatedDuties:0:0"] = "night",
        ["P:SeparatedDuties:0:1"] = "desk",
        ["P:Elevations:orders.burn:RequestableBy:0"] = "desk",
        ["P:Elevations:orders.burn:ApprovedBy:0:Role"] = "security",
        ["P:Elevations:orders.burn:ApprovedBy:0:Quorum"] = "2",
        ["P:Elevations:orders.burn:ApprovedBy:1:Role"] = "night",
        ["P:Elevations:orders.burn:MaxDuration"] = "00:20:00",
        ["P:Elevations:orders.burn:PendingFor"] = "1.12:00:00",
        ["P:Elevations:orders.burn:ActivateWithin"] = "00:00:30",
        ["P:Elevations:orders.burn:RequireReason"] = "true",
        ["P:Elevations:orders.burn:RequireTicket"] = "true",
        ["P:Elevations:orders.burn:ActiveHours:UtcOffset"] = "-05:30",
        ["P:Elevations:orders.burn:ActiveHours:From"] = "08:00",
        ["P:Elevations:orders.burn:ActiveHours:To"] = "24:00",
        ["P:Elevations:orders.burn:ActiveHours:Days:0"] = "Monday",
        ["P:Elevations:orders.burn:ActiveHours:Days:1"] = "friday",
        ["P:Elevations:orders.burn:RevocableBy:0"] = "desk",
        ["P:Elevations:orders.burn:SeparateApprovers"] = "true",
        ["P:Elevations:orders.burn:SignedVotes"] = "true",
        ["P:Elevations:orders.burn:BreakGlass:Roles:0"] = "lead",
        ["P:Elevations:orders.burn:BreakGlass:MaxDuration"] = "00:05:00",
        ["P:Elevations:orders.burn-all:RequestableBy:0"] = "desk",
        ["P:VoteKeys:0:Id"] = "bob",
        ["P:VoteKeys:0:Issuer"] = "https://idp.example",
        ["P:VoteKeys:0:Key"] = Convert.ToBase64String(VoteKeys.Of(1)),
        ["P:DeployUnderGrant"] = "true",
    };

    [Fact]
    public void A_section_is_merged_with_what_code_says()
    {
        var policy = Shop.Roles().Assign("bob", "security").Merge(Bind(Section).CurrentValue).Build();
        var inCode = Shop.Roles().Assign("bob", "security").Version(7)
            .Role("desk", role => role.Includes("support").Allow(Shop.Read).Allow(Shop.Refund, ("order", "4711")))
            .Role("night", role => role.Eligible().ApprovesElevation())
            .Assign(new AuditSubject { Issuer = "https://idp.example", Id = "alice", Person = "p-1" }, "desk")
            .Assign("alice", "lead", issuer: "https://idp.example")
            .SeparateDuties("desk", "night")
            .Elevation("orders.burn", rule => rule.RequestableBy("desk").ApprovedBy("security", 2).ApprovedBy("night").MaxDuration(TimeSpan.FromMinutes(20))
                .PendingFor(TimeSpan.FromHours(36)).ActivateWithin(TimeSpan.FromSeconds(30)).RequireReason().RequireTicket()
                .ActiveHours(TimeSpan.FromMinutes(-330), new TimeOnly(8, 0), TimeOnly.MinValue, DayOfWeek.Monday, DayOfWeek.Friday)
                .RevocableBy("desk").SeparateApprovers().SignedVotes().BreakGlass(TimeSpan.FromMinutes(5), "lead"))
            .Elevation("orders.burn-all", rule => rule.RequestableBy("desk"))
            .VoteKey(new AuditSubject { Issuer = "https://idp.example", Id = "bob" }, VoteKeys.Of(1))
            .DeployUnderGrant().Build();
        Assert.Equal(PolicyDocument.Of(inCode).Digest, PolicyDocument.Of(policy).Digest);
    }

    [Fact]
    public void A_changed_section_makes_another_policy()
    {
        var options = Bind(Section, out var configuration);
        AccessPolicy Build() => Shop.Roles().Merge(options.CurrentValue).Build();
        var before = Build();
        AccessPolicy? after = null;
        using var registration = options.OnChange(_ => after = Build());
        configuration["P:Version"] = "8";
        configuration["P:Assignments:0:Roles:1"] = "support";
        configuration.Reload();
        Assert.Equal("desk, lead", string.Join(", ", before.Assignments[0].Roles));
        Assert.Equal((8, "desk, support"), (after!.Version, string.Join(", ", after.Assignments[0].Roles)));
    }

    [Theory]
    [InlineData("P:Version", "0", "at Version: The policy has the version 0")]
    [InlineData("P:Roles:desk:Allow:0", "orders.*", "at Roles:desk: Role 'desk': The permission 'orders.*' has a wildcard")]
    [InlineData("P:Roles:desk:AllowOn:0:ResourceType", "", "at Roles:desk: Role 'desk': The resource type '' is blank")]
    [InlineData("P:Roles:lead:Allow:0", Shop.Purge, "at Roles:lead: The role 'lead' is defined twice")]
    [InlineData("P:Assignments:0:Id", "", "at Assignments:0: The subject that has the role 'desk' '' is blank")]
    [InlineData("P:Assignments:1:Id", "bob", "at Assignments:1: The subject 'bob' has no roles")]
    [InlineData("P:Elevations:orders.burn:MaxDuration", "00:00:00.5", "at Elevations:orders.burn: The elevation rule of 'orders.burn' has a maximum duration of")]
    [InlineData("P:Elevations:orders.burn:PendingFor", "00:00:00", "at Elevations:orders.burn: The elevation rule of 'orders.burn' has a pending time of")]
    [InlineData("P:Elevations:orders.burn:ActiveHours:UtcOffset", "15:00", "at Elevations:orders.burn: The elevation rule of 'orders.burn' has hours with an offset of")]
    [InlineData("P:Elevations:orders.burn:ActiveHours:From", "8", "at Elevations:orders.burn: ActiveHours:From is '8', no time of day")]
    [InlineData("P:Elevations:orders.burn:ActiveHours:From", "24:00", "at Elevations:orders.burn: ActiveHours:From is '24:00', no time of day")]
    [InlineData("P:Elevations:orders.burn:ActiveHours:To", null, "at Elevations:orders.burn: ActiveHours:To is '")]
    [InlineData("P:Elevations:orders.burn:ActiveHours:Days:1", "1", "at Elevations:orders.burn: ActiveHours:Days names '1', which is no day")]
    [InlineData("P:Elevations:orders.burn:ApprovedBy:1:Role", "security", "at Elevations:orders.burn: The elevation rule of 'orders.burn' is approved by 'security' twice")]
    [InlineData("P:Elevations:orders.burn:BreakGlass:MaxDuration", "00:00:00", "at Elevations:orders.burn: The elevation rule of 'orders.burn' has a break-glass")]
    [InlineData("P:Elevations:orders.purge:MaxDuration", "01:00:00", "at Elevations:orders.purge: The permission 'orders.purge' has two elevation rules")]
    [InlineData("P:Elevations:burn:MaxDuration", "01:00:00", "at Elevations:burn: The permission 'burn' has one segment only")]
    [InlineData("P:VoteKeys:0:Key", "?", "at VoteKeys:0: The vote key of 'bob' of 'https://idp.example' is not base64")]
    [InlineData("P:VoteKeys:0:Key", null, "at VoteKeys:0: The vote key of 'bob' of 'https://idp.example' is no SubjectPublicKeyInfo")]
    [InlineData("P:VoteKeys:0:Id", "", "at VoteKeys:0: The subject that has a vote key '' is blank")]
    [InlineData("P:SeparatedDuties:1:0", "night", "at SeparatedDuties:1: Separated duties name fewer than two")]
    public void What_is_wrong_in_a_section_is_said_with_its_place(string key, string? value, string message)
    {
        var options = Bind(new Dictionary<string, string?>(Section, StringComparer.Ordinal) { [key] = value }).CurrentValue;
        var e = Assert.Throws<AccessPolicyException>(() => Shop.Roles().Merge(options));
        Assert.Contains("In the configuration, " + message, e.Message, StringComparison.Ordinal);
    }

    private static IOptionsMonitor<AccessPolicyOptions> Bind(Dictionary<string, string?> section) => Bind(section, out _);

    private static IOptionsMonitor<AccessPolicyOptions> Bind(Dictionary<string, string?> section, out IConfigurationRoot configuration)
    {
        configuration = new ConfigurationBuilder().AddInMemoryCollection(section).Build();
        return new ServiceCollection().Configure<AccessPolicyOptions>(configuration.GetSection("P")).BuildServiceProvider()
            .GetRequiredService<IOptionsMonitor<AccessPolicyOptions>>();
    }
}
