using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary><c>access</c>; what each violation is, and what is none, is in the library's own tests of the replay.</summary>
public sealed partial class AccessTests
{
    private static AccessPolicyBuilder Policy(int version = 1) => new AccessPolicyBuilder().Application("shop").Version(version)
        .Permission("orders.refund").Permission("orders.purge", elevated: true)
        .Role("lead", role => role.Allow("orders.refund")).Assign("alice", "lead");

    private static string DigestOf(int version) => $"{PolicyDocument.Of(Policy(version).Build()).Digest}";

    [Fact]
    public async Task A_log_that_guards_have_written_is_clean()
    {
        using var log = await GuardedAsync();

        var plain = await Cli.RunAsync("access", log.Directory, "--key", log.Key);
        var json = await Cli.RunAsync("access", log.Directory, "--key", log.Key, "--policy", DigestOf(1), "--json");

        Assert.Equal((0, 0), (plain.ExitCode, json.ExitCode));
        Assert.StartsWith("HOLDS: ", plain.Out, StringComparison.Ordinal);
        Assert.Contains("CLEAN: 1 acts that were allowed and 1 denials", plain.Out, StringComparison.Ordinal);
        Assert.Contains(DigestOf(1), plain.Out, StringComparison.Ordinal);
        Assert.Contains("0 signed by the voter", plain.Out, StringComparison.Ordinal);
        Assert.True(json.Json.GetProperty("verified").GetBoolean());
        var access = json.Json.GetProperty("access");
        Assert.True(access.GetProperty("clean").GetBoolean());
        Assert.Equal(0, access.GetProperty("violations").GetArrayLength());
        Assert.Equal(DigestOf(1), access.GetProperty("policies")[0].GetProperty("digest").GetString());
        Assert.True(access.GetProperty("sessions")[0].TryGetProperty("closed", out _));
        Assert.Equal((1, 1, 1, 0), (
            access.GetProperty("counts").GetProperty("allowed").GetInt64(),
            access.GetProperty("counts").GetProperty("denied").GetInt64(),
            access.GetProperty("counts").GetProperty("outcomes").GetInt64(),
            access.GetProperty("counts").GetProperty("outcomesUnknown").GetInt64()));
    }

    [Fact]
    public async Task Violations_are_named_with_their_entries()
    {
        using var log = Forged(out var policy, out var decision);

        var plain = await Cli.RunAsync("access", log.Directory, "--key", log.Key);
        var json = await Cli.RunAsync("access", log.Directory, "--key", log.Key, "--json");

        Assert.Equal((1, 1), (plain.ExitCode, json.ExitCode));
        Assert.StartsWith("HOLDS: ", plain.Out, StringComparison.Ordinal);
        Assert.Contains("VIOLATED: 1 violation of 1 kind\n  elevatedWithoutGrant: ", plain.Out, StringComparison.Ordinal);
        Assert.Contains($"[entries {decision}]", plain.Out, StringComparison.Ordinal);
        Assert.Contains("asserted by 'https://idp.example' in 1 entry", plain.Out, StringComparison.Ordinal);
        Assert.True(json.Json.GetProperty("verified").GetBoolean());
        var access = json.Json.GetProperty("access");
        Assert.False(access.GetProperty("clean").GetBoolean());
        Assert.Equal(1, access.GetProperty("violationsByKind").GetProperty("elevatedWithoutGrant").GetInt64());
        var violation = access.GetProperty("violations")[0];
        Assert.Equal(("elevatedWithoutGrant", $"[{decision}]"), (violation.GetProperty("kind").GetString(), violation.GetProperty("entries").GetRawText()));
        Assert.Equal(policy, access.GetProperty("policies")[0].GetProperty("index").GetInt64());
        Assert.Equal(1, json.Json.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task A_policy_that_was_not_reviewed_is_a_violation()
    {
        using var log = await GuardedAsync();

        var never = await Cli.RunAsync("access", log.Directory, "--key", log.Key, "--policy", DigestOf(2), "--json");
        var wrong = await Cli.RunAsync("access", log.Directory, "--key", log.Key, "--policy", "sha256:12");

        Assert.Equal((1, 2), (never.ExitCode, wrong.ExitCode));
        Assert.Equal("policyNotPinned", never.Json.GetProperty("access").GetProperty("violations")[0].GetProperty("kind").GetString());
        Assert.Contains("sha256:12", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_said_of_a_log_that_does_not_hold()
    {
        using var log = await GuardedAsync();
        log.AlterText("tile/entries/000.p/6", "orders.refund\"", "orders.refunX\"");

        var plain = await Cli.RunAsync("access", log.Directory, "--key", log.Key);
        var json = await Cli.RunAsync("access", log.Directory, "--key", log.Key, "--json");

        Assert.Equal((1, 1), (plain.ExitCode, json.ExitCode));
        Assert.StartsWith("FAILED: ", plain.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("CLEAN", plain.Out, StringComparison.Ordinal);
        Assert.False(json.Json.TryGetProperty("access", out _));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_replayed()
    {
        using var log = await SampleLog.OfAsync(1);

        var result = await Cli.RunAsync("access", log.Directory);

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains("--key", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\e]0;title\a\e[2J")]
    [InlineData("a\nCLEAN: everything")]
    [InlineData("[red]x[/]\u202E")]
    [InlineData("\"},\"clean\":true,{\"")]
    public async Task Hostile_text_is_shown_escaped(string hostile)
    {
        using var log = Forged(out _, out _, hostile);

        // The harness looks for what would drive a terminal.
        var plain = await Cli.RunAsync("access", log.Directory, "--key", log.Key);
        var json = (await Cli.RunAsync("access", log.Directory, "--key", log.Key, "--json")).Json;
        var drawn = await Cli.WatchAsync("access", log.Directory, "--key", log.Key);

        Assert.Equal((1, 1), (plain.ExitCode, drawn.ExitCode));
        Assert.DoesNotContain(plain.Lines, line => line.StartsWith("CLEAN", StringComparison.Ordinal));
        Assert.False(json.GetProperty("access").GetProperty("clean").GetBoolean());
        Assert.Contains(json.GetProperty("access").GetProperty("roles").EnumerateArray(), role => role.TryGetProperty("source", out var source) && source.ValueEquals(hostile));

        // Behind the progress bar there is nothing but colours.
        var shown = Colour().Replace(drawn.Out[drawn.Out.LastIndexOf("VIOLATED", StringComparison.Ordinal)..], "");
        Assert.DoesNotContain(shown.EnumerateRunes(), Cli.IsDangerous);
    }

    [GeneratedRegex(@"\e\[[0-9;]*m", RegexOptions.None, 1000)]
    private static partial Regex Colour();

    private static async Task<SampleLog> GuardedAsync()
    {
        var log = await SampleLog.OfAsync(0);
        await log.WithGuardsAsync(
            policy => policy.Application("shop").Version(1)
                .Permission("orders.refund").Permission("orders.purge", elevated: true)
                .Role("lead", role => role.Allow("orders.refund")).Assign("alice", "lead"),
            async guard =>
            {
                using var scope = SubjectScope.Enter(new AuditSubject { Id = "alice" });
                await using (var access = await guard.DemandAsync("orders.refund"))
                {
                    access.Complete();
                }

                await Assert.ThrowsAsync<AccessDeniedException>(() => guard.DemandAsync("orders.purge").AsTask());
            });
        return log;
    }

    /// <summary>A signed log in which somebody purges, and nobody has granted that.</summary>
    private static EntryLog Forged(out long policy, out long decision, string source = EntryLog.Idp)
    {
        var log = new EntryLog();
        log.Add("log.opened", "log@immutableaudit", new() { ["session"] = "s1" });
        policy = log.Deploy(Policy(), prev: -1);
        decision = log.Add("access.allowed", "zoe", new()
        {
            ["session"] = "s1",
            ["permission"] = "orders.purge",
            ["roles"] = new JsonArray(new JsonObject { ["role"] = "lead", ["source"] = source }),
            ["policy"] = policy,
            ["basis"] = policy,
        });
        return log.Write();
    }
}
