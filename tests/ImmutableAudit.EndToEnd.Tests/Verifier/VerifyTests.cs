namespace ImmutableAudit.EndToEnd.Tests.Verifier;

public sealed class VerifyTests
{
    [Fact]
    public async Task A_sound_log_holds_and_it_is_said_what_was_proved()
    {
        using var log = await SampleLog.OfAsync(300);

        var result = await Cli.RunAsync("verify", log.Directory, "--key", log.Key);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"HOLDS: '{SampleLog.Origin}' at size 300, signed by key {log.KeyName}", result.Out, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task An_empty_log_holds()
    {
        using var log = await SampleLog.OfAsync(0);

        var result = await Cli.RunAsync("verify", log.Directory, "--key", log.Key);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("at size 0", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_may_be_a_file_and_there_may_be_several()
    {
        using var log = await SampleLog.OfAsync(1);
        using var other = await SampleLog.OfAsync(1);
        var file = log.Write("log.vkey", log.Key + "\n");

        Assert.Equal(0, (await Cli.RunAsync("verify", log.Directory, "--key", other.Key, "--key", file)).ExitCode);
        Assert.Equal(0, (await Cli.RunAsync("verify", log.Directory, "--key", file, "--framework-hash")).ExitCode);
    }

    [Fact]
    public async Task An_altered_entry_is_named_with_what_was_expected_and_found()
    {
        using var log = await SampleLog.OfAsync(300);
        log.AlterText("tile/entries/001.p/44", "order-270", "order-27X");

        var result = await Cli.RunAsync("verify", log.Directory, "--key", log.Key);
        var json = (await Cli.RunAsync("verify", log.Directory, "--key", log.Key, "--json")).Json;

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("FAILED: Entry 270 was altered", result.Out, StringComparison.Ordinal);
        Assert.Contains("file:        tile/entries/001.p/44", result.Out, StringComparison.Ordinal);
        Assert.Contains("expected:", result.Out, StringComparison.Ordinal);
        Assert.Contains("found:", result.Out, StringComparison.Ordinal);
        Assert.False(json.GetProperty("verified").GetBoolean());
        Assert.Equal(1, json.GetProperty("exitCode").GetInt32());
        var failure = json.GetProperty("failure");
        Assert.Equal("entryAltered", failure.GetProperty("kind").GetString());
        Assert.Equal(270, failure.GetProperty("entry").GetInt64());
        Assert.Equal("tile/entries/001.p/44", failure.GetProperty("file").GetString());
        Assert.False(failure.GetProperty("expected").ValueEquals(failure.GetProperty("found").GetString()));
    }

    [Fact]
    public async Task Another_key_fails()
    {
        using var log = await SampleLog.OfAsync(3);
        using var other = await SampleLog.OfAsync(0);

        var result = await Cli.RunAsync("verify", log.Directory, "--key", other.Key);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("FAILED: ", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_saved_checkpoint_shows_that_the_log_was_only_appended_to()
    {
        using var log = await SampleLog.OfAsync(3);
        var saved = log.Path("saved");
        Assert.Equal(0, (await Cli.RunAsync("verify", log.Directory, "--key", log.Key, "--save", saved)).ExitCode);
        Assert.True(File.ReadAllBytes(Path.Combine(log.Directory, "checkpoint")).SequenceEqual(File.ReadAllBytes(saved)));
        await log.AppendAsync(SampleLog.Event("a"), SampleLog.Event("b"));

        var result = await Cli.RunAsync("verify", log.Directory, "--key", log.Key, "--since", saved, "--save", log.Path("next"));
        var json = (await Cli.RunAsync("verify", log.Directory, "--key", log.Key, "--since", saved, "--json")).Json;

        Assert.Equal(0, result.ExitCode);
        Assert.Matches($@"consistent since checkpoint \S+ at size 3, signed by key {System.Text.RegularExpressions.Regex.Escape(log.KeyName)}", result.Out);
        Assert.Equal(3, json.GetProperty("consistentSince")[0].GetProperty("size").GetInt64());
        Assert.Equal(5, json.GetProperty("checkpoint").GetProperty("size").GetInt64());
        Assert.Empty(Directory.GetFiles(log.Path("."), "*.tmp"));
    }

    [Fact]
    public async Task A_log_put_back_does_not_replace_the_checkpoint_that_shows_it()
    {
        using var log = await SampleLog.OfAsync(3);
        var earlier = File.ReadAllBytes(Path.Combine(log.Directory, "checkpoint"));
        await log.AppendAsync(SampleLog.Event("a"), SampleLog.Event("b"));
        var saved = log.Path("saved");
        await Cli.RunAsync("verify", log.Directory, "--key", log.Key, "--save", saved);
        var kept = File.ReadAllBytes(saved);
        log.Alter("checkpoint", _ => earlier);

        foreach (var arguments in new[] { new[] { "--since", saved }, ["--save", saved] })
        {
            var result = await Cli.RunAsync(["verify", log.Directory, "--key", log.Key, .. arguments]);

            Assert.Equal(1, result.ExitCode);
            Assert.Contains("it has 3 entries, but had 5", result.Out, StringComparison.Ordinal);
        }

        Assert.True(kept.SequenceEqual(File.ReadAllBytes(saved)));
    }

    [Fact]
    public async Task A_proof_is_held_against_the_log()
    {
        using var log = await SampleLog.OfAsync(3);
        var proof = log.Path("1.tlog-proof");
        Assert.Equal(0, (await Cli.RunAsync("prove", log.Directory, "1", "--output", proof)).ExitCode);
        await log.AppendAsync(SampleLog.Event("a"));

        var result = await Cli.RunAsync("verify", log.Directory, "--key", log.Key, "--proof", proof);
        var json = (await Cli.RunAsync("verify", log.Directory, "--key", log.Key, "--proof", proof, "--json")).Json;

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("proof of entry 1 holds", result.Out, StringComparison.Ordinal);
        Assert.Equal(1, json.GetProperty("proofs")[0].GetProperty("index").GetInt64());
    }

    [Fact]
    public async Task Without_a_key_nothing_can_be_checked()
    {
        using var log = await SampleLog.OfAsync(1);

        var result = await Cli.RunAsync("verify", log.Directory);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--key", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task What_cannot_be_saved_is_said_and_leaves_nothing_behind()
    {
        using var log = await SampleLog.OfAsync(1);

        var result = await Cli.RunAsync("verify", log.Directory, "--key", log.Key, "--save", log.Path("missing/saved"));
        var notOurs = await Cli.RunAsync("verify", log.Directory, "--key", log.Key, "--save", log.Write("notes.txt", "mine"));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("cannot be written", result.Error, StringComparison.Ordinal);
        Assert.Equal(2, notOurs.ExitCode);
        Assert.Equal("mine", File.ReadAllText(log.Path("notes.txt")));
    }

    [Fact]
    public async Task Cancelled_it_could_not_be_checked()
    {
        using var log = await SampleLog.OfAsync(1);

        var result = await Cli.RunAsync(null, ["verify", log.Directory, "--key", log.Key], new CancellationToken(canceled: true));

        Assert.Equal((2, "error: Cancelled.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Where_the_oldest_entries_were_given_up_it_is_said_how_many_were_not_looked_at()
    {
        using var log = await SampleLog.OfAsync(600);
        File.Delete(Path.Combine(log.Directory, "tile/entries/000"));
        string[] verify = ["verify", log.Directory, "--key", log.Key];

        var result = await Cli.RunAsync([.. verify, "--entries-from", "256"]);
        var json = (await Cli.RunAsync([.. verify, "--entries-from", "256", "--json"])).Json;

        Assert.Equal(1, (await Cli.RunAsync(verify)).ExitCode);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("the first 256 entries were NOT looked at", result.Out.Split('\n')[0], StringComparison.Ordinal);
        Assert.Equal(256, json.GetProperty("entriesNotRead").GetInt64());
        foreach (var wrong in new[] { "100", "-256", "x" })
        {
            Assert.Equal(2, (await Cli.RunAsync([.. verify, "--entries-from", wrong])).ExitCode);
        }
    }

    [Fact]
    public async Task On_a_terminal_it_is_drawn()
    {
        using var log = await SampleLog.OfAsync(300);

        var result = await Cli.WatchAsync("verify", log.Directory, "--key", log.Key);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("\e[", result.Out, StringComparison.Ordinal);
        Assert.Contains("HOLDS", result.Out, StringComparison.Ordinal);
    }
}
