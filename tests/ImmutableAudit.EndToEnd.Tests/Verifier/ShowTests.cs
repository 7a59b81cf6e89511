namespace ImmutableAudit.EndToEnd.Tests.Verifier;

public sealed class ShowTests
{
    [Fact]
    public async Task Redirected_there_is_one_line_for_each_entry()
    {
        using var log = await SampleLog.OfAsync(300);

        var lines = (await Cli.RunAsync("show", log.Directory, "--key", log.Key)).Lines;

        Assert.StartsWith($"# verified: '{SampleLog.Origin}' at size 300, signed by key {log.KeyName}", lines[0], StringComparison.Ordinal);
        Assert.Equal(301, lines.Length);
        Assert.Matches("^299\t[0-9-]{10}T[0-9:.]{16}Z\tevent\talice\torders.read\torder/order-299\t-\t-$", lines[300]);
    }

    [Fact]
    public async Task Without_a_key_it_says_unverified()
    {
        using var log = await SampleLog.OfAsync(2);

        var plain = await Cli.RunAsync("show", log.Directory);
        var json = await Cli.RunAsync("show", log.Directory, "--json");

        Assert.Equal((0, 0), (plain.ExitCode, json.ExitCode));
        Assert.StartsWith("# UNVERIFIED", plain.Lines[0], StringComparison.Ordinal);
        Assert.False(json.Json.GetProperty("verified").GetBoolean());
        Assert.Equal(2, json.Json.GetProperty("entries").GetArrayLength());
    }

    [Fact]
    public async Task With_a_key_nothing_is_shown_of_a_log_that_does_not_hold()
    {
        using var log = await SampleLog.OfAsync(300);
        log.AlterText("tile/entries/001.p/44", "order-270", "order-27X");

        var plain = await Cli.RunAsync("show", log.Directory, "--key", log.Key, "--to", "3");
        var json = await Cli.RunAsync("show", log.Directory, "--key", log.Key, "--json");
        var unverified = await Cli.RunAsync("show", log.Directory, "--from", "270", "--to", "270");

        Assert.Equal((1, 1), (plain.ExitCode, json.ExitCode));
        Assert.StartsWith("FAILED: Entry 270", plain.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("order-", plain.Out, StringComparison.Ordinal);
        Assert.False(json.Json.TryGetProperty("entries", out _));
        Assert.Contains("order-27X", unverified.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_must_all_be_met_and_ranges_include_both_ends()
    {
        using var log = await SampleLog.OfAsync(0);
        await log.AppendAsync(
            SampleLog.Event("0"),
            SampleLog.Event("1", actor: "bob", outcome: "denied"),
            SampleLog.Event("2", actor: "bob", action: "orders.export", outcome: "denied"),
            SampleLog.Event("3") with { Actor = new AuditSubject { Id = "job", OnBehalfOf = new AuditSubject { Id = "bob" } } },
            SampleLog.Event("4", actor: "BOB"));
        await log.AppendAsync(SampleLog.Event("5", actor: "@bob"));
        var all = (await Cli.RunAsync("show", log.Directory, "--json")).Json.GetProperty("entries");
        string Time(int index) => all[index].GetProperty("entry").GetProperty("time").GetString()!;

        Assert.Equal("0 1 2 3 4 5", await Shown(log));
        Assert.Equal("1 2", await Shown(log, "--from", "1", "--to", "2"));
        Assert.Equal("5", await Shown(log, "--from", "5"));
        Assert.Equal("", await Shown(log, "--from", "6"));
        Assert.Equal("", await Shown(log, "--from", "3", "--to", "2"));
        Assert.Equal("1 2 3", await Shown(log, "--actor", "bob"));
        Assert.Equal("5", await Shown(log, "--actor", "@bob"));
        Assert.Equal("2", await Shown(log, "--action", "orders.export"));
        Assert.Equal("1", await Shown(log, "--outcome", "denied", "--action", "orders.read"));
        Assert.Equal("5", await Shown(log, "--since", Time(5)));
        Assert.Equal("0 1 2 3 4", await Shown(log, "--until", Time(4)));
        Assert.Equal("0 1 2 3 4 5", await Shown(log, "--since", "2001-01-01T00:00:00+02:00", "--until", "9000-01-01t00:00:00.5z"));
        Assert.Equal("", await Shown(log, "--until", "2001-01-01T00:00:00Z"));
    }

    [Theory]
    [InlineData("--since", "yesterday")]
    [InlineData("--since", "2026-01-01T00:00:00")]
    [InlineData("--until", "2026-01-01")]
    [InlineData("--from", "-1")]
    [InlineData("--to", "x")]
    public async Task A_filter_that_is_none_is_refused(string option, string value)
    {
        using var log = await SampleLog.OfAsync(1);

        var result = await Cli.RunAsync("show", log.Directory, $"{option}={value}");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(value.TrimStart('-'), result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task Json_has_the_entry_as_it_is_and_its_leaf_hash()
    {
        using var log = await SampleLog.OfAsync(1);
        await log.AppendAsync(SampleLog.Event("é\e[2J\u202E") with { Details = AuditDetails.Parse("""{"amount":12.50,"deep":[{"x":null}]}""") });

        var result = await Cli.RunAsync("show", log.Directory, "--key", log.Key, "--from", "1", "--json");

        var json = result.Json;
        Assert.True(json.GetProperty("verified").GetBoolean());
        Assert.Equal(log.KeyName.Split('+')[1], json.GetProperty("checkpoint").GetProperty("signers")[0].GetProperty("keyId").GetString());
        var shown = json.GetProperty("entries")[0];
        Assert.Equal(1, shown.GetProperty("index").GetInt64());
        Assert.Equal(44, shown.GetProperty("leaf").GetString()!.Length);
        Assert.Equal("é\e[2J\u202E", shown.GetProperty("entry").GetProperty("resource").GetProperty("id").GetString());
        Assert.Equal("""{"amount":12.50,"deep":[{"x":null}]}""", shown.GetProperty("entry").GetProperty("details").GetRawText());
        Assert.All(result.Out, c => Assert.InRange(c, '\n', '~'));
    }

    [Fact]
    public async Task On_a_terminal_there_are_tables()
    {
        using var log = await SampleLog.OfAsync(450);

        var result = await Cli.WatchAsync("show", log.Directory, "--key", log.Key);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("order/order-449", result.Out, StringComparison.Ordinal);
        Assert.Equal(3, result.Out.Split("resource").Length - 1);
    }

    [Fact]
    public async Task An_entry_that_is_no_event_is_still_listed()
    {
        using var log = await SampleLog.OfAsync(2);
        const string Resource = """:"orders.read","resource":{"type":"order","id":"order-1"}""";
        log.AlterText("tile/entries/000.p/2", "\"action\"" + Resource, "\"Action\"" + Resource);

        var plain = await Cli.RunAsync("show", log.Directory);
        var json = (await Cli.RunAsync("show", log.Directory, "--json")).Json;

        Assert.Contains("not an event", plain.Lines[2], StringComparison.Ordinal);
        Assert.NotEmpty(json.GetProperty("entries")[1].GetProperty("bytes").GetBytesFromBase64());
        Assert.Equal("0", await Shown(log, "--actor", "alice"));
    }

    /// <summary>The indexes that are shown, the same in every form.</summary>
    private static async Task<string> Shown(SampleLog log, params string[] filter)
    {
        var plain = await Cli.RunAsync(["show", log.Directory, .. filter]);
        var json = await Cli.RunAsync(["show", log.Directory, "--json", .. filter]);

        Assert.Equal((0, ""), (plain.ExitCode, plain.Error));
        var indexes = json.Json.GetProperty("entries").EnumerateArray().Select(entry => $"{entry.GetProperty("index").GetInt64()}");
        Assert.Equal(string.Join(' ', indexes), string.Join(' ', plain.Lines.Skip(1).Select(line => line.Split('\t')[0])));
        return string.Join(' ', plain.Lines.Skip(1).Select(line => line.Split('\t')[0]));
    }
}
