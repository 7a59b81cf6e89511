using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

public sealed class ExportTests
{
    [Fact]
    public async Task A_copy_verifies_and_what_the_log_grows_to_is_added()
    {
        using var log = await SampleLog.OfAsync(300);
        var copy = log.Path("copies/first");

        var first = await Cli.RunAsync("export", log.Directory, copy, "--key", log.Key);
        await log.AppendAsync(SampleLog.Event("a"), SampleLog.Event("b"));
        var second = await Cli.RunAsync("export", log.Directory, copy, "--key", log.Key, "--no-recheck");
        var json = (await Cli.RunAsync("export", log.Directory, copy, "--key", log.Key, "--json")).Json;

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Empty(first.Error);
        Assert.Contains($"EXPORTED: '{SampleLog.Origin}' at size 300, signed by key {log.KeyName}", first.Out, StringComparison.Ordinal);
        Assert.Contains("300 entries; 0 were there", first.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("not shown", first.Out, StringComparison.Ordinal);
        Assert.Matches(@"extends the checkpoint \S+ at size 300", second.Out);
        Assert.Contains("46 entries; 256 were there", second.Out, StringComparison.Ordinal);
        Assert.Contains("not shown", second.Out, StringComparison.Ordinal);
        Assert.Equal(302, json.GetProperty("checkpoint").GetProperty("size").GetInt64());
        Assert.Equal(302, json.GetProperty("earlier").GetProperty("size").GetInt64());
        Assert.Equal(Path.GetFullPath(copy), json.GetProperty("directory").GetString());
        Assert.Equal(46, json.GetProperty("copied").GetInt64());
        Assert.True(json.GetProperty("rechecked").GetBoolean());
        Assert.Equal(0, json.GetProperty("exitCode").GetInt32());
        Assert.Contains("at size 302", (await Cli.RunAsync("verify", copy, "--key", log.Key)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_a_URL_and_served_again_it_is_the_same_log()
    {
        using var log = await SampleLog.OfAsync(520);
        await using var server = LoopbackServer.Of(log.Directory);

        Assert.Equal(0, (await Cli.RunAsync("export", server.Address.ToString(), log.Path("copy"), "--key", log.Key)).ExitCode);

        await using var again = LoopbackServer.Of(log.Path("copy"));
        var result = await Cli.RunAsync("verify", again.Address.ToString(), "--key", log.Key);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("at size 520", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_altered_log_is_refused_and_the_place_named()
    {
        using var log = await SampleLog.OfAsync(300);
        log.AlterText("tile/entries/001.p/44", "order-270", "order-27X");

        var result = await Cli.RunAsync("export", log.Directory, log.Path("copy"), "--key", log.Key);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("error: Entry 270 of the log", result.Error, StringComparison.Ordinal);
        Assert.Contains("tile/entries/001.p/44", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(log.Path("copy/checkpoint")));
        Assert.Equal(2, (await Cli.RunAsync("verify", log.Path("copy"), "--key", log.Key)).ExitCode);
    }

    [Fact]
    public async Task What_fails_and_what_cannot_be_checked_have_their_exit_codes()
    {
        using var log = await SampleLog.OfAsync(3);
        using var other = await SampleLog.OfAsync(5);
        var earlier = File.ReadAllBytes(Path.Combine(log.Directory, "checkpoint"));
        await log.AppendAsync(SampleLog.Event("a"));
        var copy = log.Path("copy");
        Assert.Equal(0, (await Cli.RunAsync("export", log.Directory, copy, "--key", log.Key)).ExitCode);

        Assert.Equal(1, (await Cli.RunAsync("export", log.Directory, log.Path("c"), "--key", other.Key)).ExitCode);
        Assert.Equal(1, (await Cli.RunAsync("export", other.Directory, copy, "--key", log.Key, "--key", other.Key)).ExitCode);
        Assert.Equal(2, (await Cli.RunAsync("export", log.Directory, log.Path("c"))).ExitCode);
        Assert.Equal(2, (await Cli.RunAsync("export", log.Directory, other.Directory, "--key", log.Key)).ExitCode);
        Assert.Equal(2, (await Cli.RunAsync("export", log.Directory, log.Write("file", "mine"), "--key", log.Key)).ExitCode);
        Assert.Equal(2, (await Cli.RunAsync("export", log.Directory, "http://127.0.0.1:1/", "--key", log.Key)).ExitCode);
        Assert.Equal(2, (await Cli.RunAsync("export", log.Path("missing"), log.Path("c"), "--key", log.Key)).ExitCode);
        Assert.False(Directory.Exists(log.Path("c")));

        log.Alter("checkpoint", _ => earlier);
        var json = await Cli.RunAsync("export", log.Directory, copy, "--key", log.Key, "--json");
        Assert.Equal((1, 1), (json.ExitCode, json.Json.GetProperty("exitCode").GetInt32()));
        Assert.Contains("4 were exported", json.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_it_is_drawn()
    {
        using var log = await SampleLog.OfAsync(300);

        var result = await Cli.WatchAsync("export", log.Directory, log.Path("copy"), "--key", log.Key);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("\e[", result.Out, StringComparison.Ordinal);
        Assert.Contains("EXPORTED", result.Out, StringComparison.Ordinal);
    }
}
