using System.Text.Json;
using ImmutableAudit.Privilege;
using ImmutableAudit.Verifier.Evidence;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary>The verb <c>evidence</c>, in each of its forms.</summary>
public sealed class EvidenceTests : IDisposable
{
    private readonly EntryLog _log = new();

    public static TheoryData<string> Frameworks => [.. Framework.All.Select(framework => framework.Name)];

    public void Dispose() => _log.Dispose();

    [Theory]
    [MemberData(nameof(Frameworks))]
    public async Task Every_control_says_what_is_found_and_what_cannot_be_shown(string framework)
    {
        Fill();

        var plain = await Cli.RunAsync("evidence", _log.Directory, "--key", _log.Key, "--framework", framework);
        var markdown = await Cli.RunAsync("evidence", _log.Directory, "--key", _log.Key, "--framework", framework, "--markdown");
        var json = (await Cli.RunAsync("evidence", _log.Directory, "--key", _log.Key, "--framework", framework, "--json")).Json;

        Assert.Equal((0, 0, ""), (plain.ExitCode, markdown.ExitCode, plain.Error));
        var controls = Framework.All.Single(known => known.Name == framework).Controls;
        Assert.Equal(controls.Select(control => control.Id), json.GetProperty("controls").EnumerateArray().Select(control => control.GetProperty("control").GetString()), StringComparer.Ordinal);
        foreach (var control in controls)
        {
            var row = Assert.Single(plain.Lines, line => line.StartsWith(control.Id + "\t", StringComparison.Ordinal)).Split('\t');
            Assert.Equal((5, control.Cannot), (row.Length, row[4]));
            Assert.False(row[3] is "-");
        }

        Assert.Contains("certifies nothing", plain.Out, StringComparison.Ordinal);
        Assert.Contains("certifies nothing", markdown.Out, StringComparison.Ordinal);
        Assert.Contains("certifies nothing", json.GetProperty("statement").GetString(), StringComparison.Ordinal);
        Assert.False(json.GetProperty("certifies").GetBoolean());
        Assert.True(json.GetProperty("verified").GetBoolean());
        Assert.All(json.GetProperty("controls").EnumerateArray().Where(control => control.TryGetProperty("integrityVerified", out _)), control => Assert.True(control.GetProperty("integrityVerified").GetBoolean()));
        Assert.Equal(0, (await Cli.WatchAsync("evidence", _log.Directory, "--key", _log.Key, "--framework", framework)).ExitCode);
    }

    [Fact]
    public async Task What_is_counted_is_named_and_can_be_proved()
    {
        Fill();

        var result = await Cli.RunAsync("evidence", _log.Directory, "--key", _log.Key, "--framework", "iso27001");

        Assert.Contains("decisions that allowed\t5\tentries 1, 2, 11 and others\tverifier prove LOG 11 --output entry-11.tlog-proof\tverifier check entry-11.tlog-proof --key VKEY", result.Lines, StringComparer.Ordinal);
        Assert.Contains("votes in favour\t2\tentries 7, 8\tverifier prove LOG 8 --output entry-8.tlog-proof\tverifier check entry-8.tlog-proof --key VKEY", result.Lines, StringComparer.Ordinal);
        Assert.Contains(result.Lines, line => line.StartsWith("votes signed by the approver\t1\tentry 8\t", StringComparison.Ordinal));
        Assert.Contains(result.Lines, line => line.StartsWith("break-glass without a review\t1\tentry 13\t", StringComparison.Ordinal));
        Assert.Contains(result.Lines, line => line.StartsWith("allowed under a grant\t1\tentry 11\t", StringComparison.Ordinal));
        Assert.Contains(result.Lines, line => line.StartsWith("denied for separated duties\t1\tentry 5\t", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Lines, line => line.StartsWith("clocks accepted", StringComparison.Ordinal));

        // The commands do what they say.
        var proof = Path.Combine(_log.Directory, "entry-11.tlog-proof");
        Assert.Equal(0, (await Cli.RunAsync("prove", _log.Directory, "11", "--output", proof)).ExitCode);
        Assert.Contains("access.allowed", (await Cli.RunAsync("check", proof, "--key", _log.Key)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_json_each_control_has_its_counts()
    {
        Fill();

        var json = (await Cli.RunAsync("evidence", _log.Directory, "--key", _log.Key, "--framework", "pci", "--json")).Json;

        var found = Control(json, "10.2.1.6").GetProperty("found").EnumerateArray().Select(measure => $"{measure.GetProperty("what").GetString()} {measure.GetProperty("count").GetInt32()}");
        Assert.Equal(["runsOpened 1", "runsClosed 0", "recoveries 0"], found, StringComparer.Ordinal);
        var reads = Control(json, "10.2.1.3").GetProperty("found")[0];
        Assert.Equal((1, "[4]", "verifier prove LOG 4 --output entry-4.tlog-proof"), (reads.GetProperty("count").GetInt32(), reads.GetProperty("entries").GetRawText(), reads.GetProperty("prove").GetString()));
        Assert.False(Control(json, "10.2.1.6").GetProperty("found")[1].TryGetProperty("prove", out _));
    }

    [Fact]
    public async Task Without_a_key_every_part_says_unverified()
    {
        Fill();

        var plain = await Cli.RunAsync("evidence", _log.Directory, "--framework", "soc2");
        var markdown = await Cli.RunAsync("evidence", _log.Directory, "--framework", "hipaa", "--markdown");
        var json = (await Cli.RunAsync("evidence", _log.Directory, "--framework", "gdpr", "--json")).Json;

        Assert.Equal((0, 0), (plain.ExitCode, markdown.ExitCode));
        Assert.StartsWith("# UNVERIFIED:", plain.Out, StringComparison.Ordinal);
        Assert.Equal(3, plain.Lines.Count(line => line.StartsWith("## ", StringComparison.Ordinal) && line.Contains("(UNVERIFIED)", StringComparison.Ordinal)));
        Assert.Equal(4, markdown.Lines.Count(line => line.StartsWith('#') && line.EndsWith(" (UNVERIFIED)", StringComparison.Ordinal)));
        Assert.Contains("NOT verified, as no key was given", markdown.Out, StringComparison.Ordinal);
        Assert.False(json.GetProperty("verified").GetBoolean());
        Assert.False(Control(json, "Art. 33(5)").GetProperty("integrityVerified").GetBoolean());
    }

    [Fact]
    public async Task Nothing_is_said_of_a_log_that_does_not_hold()
    {
        Fill();
        var checkpoint = Path.Combine(_log.Directory, "checkpoint");
        var text = await File.ReadAllTextAsync(checkpoint);
        await File.WriteAllTextAsync(checkpoint, text.Replace("\n15\n", "\n14\n", StringComparison.Ordinal));

        foreach (var format in new string[][] { [], ["--json"], ["--markdown"] })
        {
            var result = await Cli.RunAsync(["evidence", _log.Directory, "--key", _log.Key, "--framework", "soc2", .. format]);

            Assert.Equal(1, result.ExitCode);
            Assert.DoesNotContain("CC6.1", result.Out, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--framework", "nist")]
    [InlineData("--json", "--markdown", "--framework", "soc2")]
    [InlineData]
    public async Task What_cannot_be_asked_for_is_refused(params string[] more)
    {
        Fill();

        var result = await Cli.RunAsync(["evidence", _log.Directory, "--key", _log.Key, .. more]);

        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Error);
    }

    [Fact]
    public async Task Of_an_empty_log_nothing_is_found()
    {
        _log.Write();

        var result = await Cli.RunAsync("evidence", _log.Directory, "--key", _log.Key, "--framework", "soc2");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(7, result.Lines.Count(line => line.Split('\t') is [_, _, _, "nothing in this log", _]));
    }

    [Fact]
    public void Frameworks_have_each_control_once_and_count_something_for_it()
    {
        foreach (var framework in Framework.All)
        {
            Assert.Equal(framework.Controls.Count, framework.Controls.Select(control => control.Id).Distinct(StringComparer.Ordinal).Count());
            Assert.All(framework.Controls, control => Assert.NotEmpty(control.Measures));
        }

        Assert.Equal(Enum.GetValues<Measure>().Length, Enum.GetValues<Measure>().Select(MeasureNames.Of).Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(Enum.GetValues<Measure>().Except(Framework.All.SelectMany(framework => framework.Controls).SelectMany(control => control.Measures)));
        Assert.All(Enum.GetValues<Measure>(), measure => Assert.False(MeasureNames.Of(measure) == $"{measure}"));
    }

    private static JsonElement Control(JsonElement json, string id) =>
        json.GetProperty("controls").EnumerateArray().Single(control => control.GetProperty("control").GetString() == id);

    private void Fill()
    {
        var policy = _log.Deploy(new AccessPolicyBuilder().Application("shop").Version(1).Permission("orders.read"));
        _log.Decide("alice", "orders.read", policy);
        _log.Decide("alice", "orders.read", policy, roles: "lead@ldap");
        _log.Add("log.opened", "log", new() { ["session"] = "s1" });
        _log.Decide("auditor", AuditPermissions.Read, policy);
        _log.Decide("bob", "orders.read", policy, allowed: false, reason: "conflicting-duties: Both.");
        var grant = _log.Request("alice", policy, "orders.purge");
        _log.Follow("approved", "sam", grant, []);
        _log.Follow("approved", "tim", grant, new() { ["proof"] = new System.Text.Json.Nodes.JsonObject { ["key"] = "00" } });
        _log.Decide("job for alice", "orders.read", policy);
        _log.Activate("alice", grant, 10, 100);
        _log.Decide("alice", "orders.purge", policy, grant: grant);
        var first = _log.BreakGlass("alice", policy, 12, 100, "fire", "orders.purge");
        _log.BreakGlass("bob", policy, 13, 100, "flood", "orders.purge");
        _log.Follow("reviewed", "sam", first);
        _log.Write();
    }
}
