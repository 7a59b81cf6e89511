using System.Globalization;
using System.Text;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Policy;

/// <summary>Policies with all that an elevation rule can say.</summary>
internal static class RandomRules
{
    private static readonly string[] Permissions = ["a.do", "b.do", "c.do", AuditPermissions.DeployPolicy];

    public static AccessPolicy Policy(int number)
    {
        var random = Seeded.Random(number);
        var builder = Shop.Roles();
        if (random.Next(2) == 0)
        {
            builder.DeployUnderGrant();
        }

        foreach (var permission in Permissions.Where(_ => random.Next(3) > 0))
        {
            builder.Elevation(permission, rule => Fill(rule, random));
        }

        for (var i = random.Next(5); i > 0; i--)
        {
            builder.VoteKey(new AuditSubject { Id = $"s{random.Next(3)}", Issuer = random.Next(2) == 0 ? null : "idp" }, VoteKeys.Of(1 + random.Next(5)));
        }

        return builder.Build();
    }

    /// <summary>By the objects' own members.</summary>
    public static string Describe(AccessPolicy policy)
    {
        var text = new StringBuilder($"{policy.DeployUnderGrant}\n");
        foreach (var rule in policy.Elevations)
        {
            text.Append(CultureInfo.InvariantCulture, $"{rule.Permission} {Join(rule.RequestableBy)} {Join(rule.Approvals)} {rule.MaxDuration} ")
                .Append(CultureInfo.InvariantCulture, $"{rule.PendingFor} {rule.ActivateWithin} {rule.RequiresReason} {rule.RequiresTicket} ")
                .Append(CultureInfo.InvariantCulture, $"{rule.Hours?.UtcOffset} {rule.Hours?.From} {rule.Hours?.To} {Join(rule.Hours?.Days ?? [])} ")
                .Append(CultureInfo.InvariantCulture, $"{Join(rule.RevocableBy)} {rule.SeparateApprovers} {rule.SignedVotes} ")
                .Append(CultureInfo.InvariantCulture, $"{Join(rule.BreakGlass?.Roles ?? [])} {rule.BreakGlass?.MaxDuration}\n");
        }

        foreach (var subject in from id in Enumerable.Range(0, 3) from issuer in new[] { null, "idp" } select new AuditSubject { Id = $"s{id}", Issuer = issuer })
        {
            text.AppendJoin(',', policy.VoteKeysOf(subject).Select(key => Convert.ToHexString(key.Span))).AppendLine();
        }

        return text.ToString();
    }

    private static string Join<T>(IEnumerable<T> items) => string.Join(',', items);

    private static void Fill(ElevationRuleBuilder rule, Random random)
    {
        rule.RequestableBy(Roles(random)).RevocableBy(Roles(random)).MaxDuration(Time(random));
        foreach (var role in Roles(random))
        {
            rule.ApprovedBy(role, random.Next(4));
        }

        Action[] more =
        [
            () => rule.PendingFor(Time(random)),
            () => rule.ActivateWithin(Time(random)),
            () => rule.RequireReason(),
            () => rule.RequireTicket(),
            () => rule.SeparateApprovers(),
            () => rule.SignedVotes(),
            () => rule.BreakGlass(Time(random), Roles(random)),
            () => rule.ActiveHours(
                TimeSpan.FromMinutes(random.Next(-840, 841)), Clock(random), Clock(random), [.. Enum.GetValues<DayOfWeek>().Where(_ => random.Next(2) == 0)]),
        ];
        foreach (var say in more.Where(_ => random.Next(2) == 0))
        {
            say();
        }
    }

    private static TimeSpan Time(Random random) =>
        random.Next(3) == 0 ? TimeSpan.FromHours(random.Next(2) == 0 ? 8 : 24) : TimeSpan.FromSeconds(1 + random.Next((int)ElevationRuleBuilder.LongestDuration.TotalSeconds));

    private static TimeOnly Clock(Random random) => TimeOnly.MinValue.AddMinutes(random.Next(4) == 0 ? 0 : random.Next(1440));

    private static string[] Roles(Random random) => [.. new[] { "support", "security", "lead", "nobody" }.Where(_ => random.Next(2) == 0)];
}
