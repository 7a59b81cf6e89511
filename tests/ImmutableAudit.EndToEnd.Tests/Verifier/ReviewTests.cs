using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary>The verb <c>review</c>, in each of its forms.</summary>
public sealed partial class ReviewTests : IDisposable
{
    private static readonly string[] Parts =
    [
        "Roles", "Subjects and their roles", "Permissions", "Never used", "Smallest roles", "Most frequent grants", "Longest grants", "Denials", "Break-glass", "What this review cannot know",
    ];

    private readonly EntryLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Redirected_there_is_a_line_for_each_row()
    {
        Fill();

        var result = await Cli.RunAsync("review", _log.Directory, "--key", _log.Key);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.StartsWith("# verified: Access review. 'test.example/audit' at size 9, signed by key test.example/audit+", result.Lines[0], StringComparison.Ordinal);
        Assert.Equal(Parts, result.Lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..].Split(':')[0]), StringComparer.Ordinal);
        Assert.Contains("shop\talice\tlead\tpolicy\tstanding\t2\t1\torders.read", result.Lines, StringComparer.Ordinal);
        Assert.Contains("shop\talice\torders.refund\tstanding by lead\t2\t0\t2026-01-01T00:00:02.0000000Z\t2\t0", result.Lines, StringComparer.Ordinal);
        Assert.Contains("shop\tcarol\torders.purge\ton demand\t1\t1\t2026-01-01T00:00:06.0000000Z\t6\t0", result.Lines, StringComparer.Ordinal);
        Assert.Contains("shop\tbob\torders.refund\tnot held\t0\t0\t-\t-\t1", result.Lines, StringComparer.Ordinal);
        Assert.Contains("shop\talice\torders.read", result.Lines, StringComparer.Ordinal);
        Assert.Contains("shop\talice\torders.refund on order\tlead", result.Lines, StringComparer.Ordinal);
        Assert.Contains("shop\tcarol\t4\torders.purge\t2026-01-01T00:00:05.0000000Z\t00:00:03\t-\t1", result.Lines, StringComparer.Ordinal);
        Assert.Contains("shop\tbob\torders.refund\tnot-granted\t1", result.Lines, StringComparer.Ordinal);
        Assert.Contains("shop\tcarol\t7\torders.purge\t2026-01-01T00:00:07.0000000Z\t00:00:01\tfire\t0\tNOT REVIEWED", result.Lines, StringComparer.Ordinal);
        Assert.DoesNotContain("UNVERIFIED", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_there_are_tables()
    {
        Fill();

        var result = await Cli.WatchAsync("review", _log.Directory, "--key", _log.Key);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("NOT REVIEWED", result.Out, StringComparison.Ordinal);
        Assert.Contains("────", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_says_all_of_it()
    {
        Fill();

        var json = (await Cli.RunAsync("review", _log.Directory, "--key", _log.Key, "--since", "2026-01-01T00:00:00Z", "--until", "2026-01-01T00:00:08Z", "--json")).Json;

        Assert.True(json.GetProperty("verified").GetBoolean());
        Assert.Equal(9, json.GetProperty("checkpoint").GetProperty("size").GetInt64());
        Assert.Equal("2026-01-01T00:00:08.0000000Z", json.GetProperty("period").GetProperty("until").GetString());
        Assert.Equal((3, 1), (json.GetProperty("period").GetProperty("allowed").GetInt32(), json.GetProperty("period").GetProperty("denied").GetInt32()));
        var shop = json.GetProperty("applications")[0];
        Assert.Equal(1, shop.GetProperty("policy").GetProperty("version").GetInt32());
        var alice = shop.GetProperty("subjects")[0];
        Assert.Equal("lead", alice.GetProperty("smallestExistingRole").GetString());
        Assert.Equal("""{"permission":"orders.refund","resourceType":"order"}""", alice.GetProperty("smallestRole")[0].GetRawText());
        Assert.Equal("""["orders.read"]""", alice.GetProperty("roles")[0].GetProperty("neverUsed").GetRawText());
        Assert.True(alice.GetProperty("permissions")[0].GetProperty("neverUsed").GetBoolean());
        Assert.Equal(2, json.GetProperty("longestGrants").GetArrayLength());
        var breakGlass = json.GetProperty("breakGlass")[0];
        Assert.Equal((7, false, "fire"), (breakGlass.GetProperty("grant").GetInt32(), breakGlass.GetProperty("reviewed").GetBoolean(), breakGlass.GetProperty("reason").GetString()));
        Assert.NotEmpty(json.GetProperty("limits").EnumerateArray());
        Assert.Equal(0, json.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task Without_a_key_every_part_says_unverified()
    {
        Fill();

        var plain = await Cli.RunAsync("review", _log.Directory);
        var markdown = await Cli.RunAsync("review", _log.Directory, "--markdown");
        var html = await Cli.RunAsync("review", _log.Directory, "--html");
        var json = await Cli.RunAsync("review", _log.Directory, "--json");

        Assert.Equal((0, 0, 0, 0), (plain.ExitCode, markdown.ExitCode, html.ExitCode, json.ExitCode));
        Assert.StartsWith("# UNVERIFIED:", plain.Out, StringComparison.Ordinal);
        Assert.Equal(Parts.Length, plain.Lines.Count(line => line.StartsWith("## ", StringComparison.Ordinal) && line.Contains("(UNVERIFIED)", StringComparison.Ordinal)));
        Assert.Equal(Parts.Length + 1, markdown.Lines.Count(line => line.StartsWith('#') && line.EndsWith(" (UNVERIFIED)", StringComparison.Ordinal)));
        Assert.Equal(Parts.Length, html.Lines.Count(line => line.StartsWith("<h2>", StringComparison.Ordinal) && line.Contains(">UNVERIFIED<", StringComparison.Ordinal)));

        // What a printer puts on every page.
        Assert.Contains("<div class=\"page\">UNVERIFIED</div>", html.Lines, StringComparer.Ordinal);
        Assert.Contains("@top-left { content: \"UNVERIFIED\"; }", html.Out, StringComparison.Ordinal);
        Assert.False(json.Json.GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task Nothing_is_said_of_a_log_that_does_not_hold()
    {
        Fill();
        var bundle = Path.Combine(_log.Directory, "tile/entries/000.p/9");
        var bytes = await File.ReadAllBytesAsync(bundle);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(bundle, bytes);

        foreach (var format in new[] { "", "--json", "--markdown", "--html" })
        {
            var result = await Cli.RunAsync([.. new[] { "review", _log.Directory, "--key", _log.Key, format }.Where(arg => arg.Length > 0)]);

            Assert.Equal(1, result.ExitCode);
            Assert.Contains(format == "--json" ? "\"verified\":false" : "FAILED", result.Out, StringComparison.Ordinal);
            Assert.Contains("ntry 8 was altered", result.Out, StringComparison.Ordinal);
            Assert.DoesNotContain("alice", result.Out, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--json", "--html")]
    [InlineData("--markdown", "--html")]
    [InlineData("--since=2026-01-02T00:00:00Z", "--until=2026-01-01T00:00:00Z")]
    [InlineData("--since=yesterday", "--html")]
    public async Task What_cannot_be_asked_for_is_refused(string first, string second)
    {
        Fill();

        var result = await Cli.RunAsync("review", _log.Directory, "--key", _log.Key, first, second);

        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Error);
    }

    [Fact]
    public async Task An_empty_log_has_empty_parts()
    {
        _log.Write();

        var result = await Cli.RunAsync("review", _log.Directory, "--key", _log.Key);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(Parts.Length - 1, result.Lines.Count(line => line == "  None."));
        Assert.Contains("No policy is in the log", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_needs_nothing_runs_nothing_and_repeats_its_headers_when_printed()
    {
        Fill();

        var html = (await Cli.RunAsync("review", _log.Directory, "--key", _log.Key, "--html")).Out;

        var style = Style().Match(html).Groups["style"].Value;
        Assert.Contains($"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'; base-uri 'none'; form-action 'none'", html, StringComparison.Ordinal);
        Assert.Contains("@media print", style, StringComparison.Ordinal);
        Assert.Contains("thead { display: table-header-group; }", style, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(?i)(src|href|url|style)\\s*[=(]", html.Replace(style, "", StringComparison.Ordinal));
        Assert.Equal(html.Split("<table>").Length, html.Split("</thead><tbody>").Length);
        Assert.EndsWith("</html>\n", html, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(RenderingTests.Hostile), MemberType = typeof(RenderingTests))]
    public async Task Hostile_text_is_text_in_every_form(string hostile)
    {
        var policy = _log.Deploy(Shop());
        var name = hostile.Replace('@', '_').Replace(" for ", "", StringComparison.Ordinal);
        _log.Decide(name, name + "p", policy, type: hostile);
        _log.Decide(name, hostile, policy, allowed: false, reason: hostile);
        _log.Add("access.allowed", "x", new() { ["permission"] = "orders.read", ["policy"] = policy, ["roles"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["role"] = "lead", ["source"] = hostile }) });
        _log.BreakGlass(name + "b", policy, 1, 9, hostile, hostile, "p|q");
        _log.Write();

        // The harness looks at what is said on paper.
        var plain = await Cli.RunAsync("review", _log.Directory, "--key", _log.Key);
        Assert.Equal(Parts.Length, plain.Lines.Count(line => line.StartsWith("## ", StringComparison.Ordinal)));
        Assert.Equal(1, plain.Lines.Count(line => line.StartsWith("# verified", StringComparison.Ordinal)));

        var html = (await Cli.RunAsync("review", _log.Directory, "--key", _log.Key, "--html")).Out;
        var allowed = new[] { "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "span", "dl", "dt", "dd", "section", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "!doctype" };
        Assert.All(Tag().Matches(html), match => Assert.Contains(match.Groups["name"].Value.ToLowerInvariant(), allowed, StringComparer.Ordinal));
        Assert.DoesNotContain(Tag().Matches(html), match => match.Value.Contains("onerror", StringComparison.OrdinalIgnoreCase));
        if (hostile.All(unit => unit is >= ' ' and <= '~'))
        {
            Assert.Contains(WebUtility.HtmlEncode(hostile), html, StringComparison.Ordinal);
        }

        var markdown = (await Cli.RunAsync("review", _log.Directory, "--key", _log.Key, "--markdown")).Lines;
        Assert.Equal(Parts.Length + 1, markdown.Count(line => line.StartsWith('#')));
        foreach (var table in markdown.Index().Where(line => line.Item.StartsWith("| ---", StringComparison.Ordinal)))
        {
            var columns = Bar().Count(table.Item);
            Assert.All(markdown.Skip(table.Index - 1).TakeWhile(line => line.StartsWith('|')), row => Assert.Equal(columns, Bar().Count(row)));
        }

        Assert.DoesNotContain(markdown, line => Live().IsMatch(line));
        var json = (await Cli.RunAsync("review", _log.Directory, "--key", _log.Key, "--json")).Json;
        Assert.Contains(json.GetProperty("applications")[0].GetProperty("subjects").EnumerateArray(), subject => subject.GetProperty("id").GetString() == name);
        Assert.Equal(1, json.EnumerateObject().Count(member => member.Name == "verified"));
        Assert.Equal(0, (await Cli.WatchAsync("review", _log.Directory, "--key", _log.Key)).ExitCode);
    }

    private void Fill()
    {
        var policy = _log.Deploy(Shop());
        _log.Decide("alice", "orders.refund", policy, roles: "lead");
        _log.Decide("alice", "orders.refund", policy, roles: "lead");
        _log.Decide("bob", "orders.refund", policy, allowed: false);
        var grant = _log.Request("carol", policy, "orders.purge");
        _log.Activate("carol", grant, 5, 100);
        _log.Decide("carol", "orders.purge", policy, grant: grant);
        _log.BreakGlass("carol", policy, 7, 100, "fire", "orders.purge");
        _log.Add("event", "alice");
        _log.Write();
    }

    private static AccessPolicyBuilder Shop() => new AccessPolicyBuilder().Application("shop").Version(1)
        .Permission("orders.read").Permission("orders.refund").Permission("orders.purge", elevated: true)
        .Role("lead", role => role.Allow("orders.read").Allow("orders.refund")).Role("asker", role => role.Eligible())
        .Role("security", role => role.ApprovesElevation())
        .Elevation("orders.purge", rule => rule.RequestableBy("asker").ApprovedBy("security", 1).MaxDuration(TimeSpan.FromMinutes(10)))
        .Assign("alice", "lead").Assign("carol", "asker");

    [GeneratedRegex("<style>(?<style>.*?)</style>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Style();

    [GeneratedRegex("<\\s*/?(?<name>[^\\s/>]*)[^>]*>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tag();

    /// <summary>A bar that ends a cell.</summary>
    [GeneratedRegex(@"(?<!\\)(\\\\)*\|", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bar();

    /// <summary>Markup that is not behind a backslash: tags, links, images, code, strikethrough.</summary>
    [GeneratedRegex(@"(?<!\\)(\\\\)*(<|\[|!\[|`|~|https?://|www\.)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Live();
}
