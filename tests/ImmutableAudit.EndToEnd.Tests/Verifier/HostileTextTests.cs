using System.Security.Cryptography;
using System.Text;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary>Whoever may write to the log must not be able to write to the auditor's terminal.</summary>
public sealed class HostileTextTests
{
    private const string Hostile = "\e]0;title\a\e[2J\u009b31m\r\n\t\u202Ecod\u2066\u200B\u2028[red]x[/] [link=http://evil.example]y[/] [[";

    [Fact]
    public async Task Text_of_a_log_cannot_drive_a_terminal()
    {
        using var log = await SampleLog.OfAsync(0);
        await log.AppendAsync(SampleLog.Event(Hostile, Hostile, Hostile, Hostile) with { Reason = Hostile, Session = Hostile });
        var proof = log.Path("proof");

        // The harness looks at every redirected output by itself.
        var shown = await Cli.RunAsync("show", log.Directory, "--key", log.Key);
        await Cli.RunAsync("prove", log.Directory, "0", "--output", proof);
        var check = await Cli.RunAsync("check", proof, "--key", log.Key);
        await Cli.RunAsync("show", log.Directory, "--json");
        await Cli.RunAsync("check", proof, "--key", log.Key, "--json");

        Assert.Equal(2, shown.Lines.Length);
        Assert.Equal(8, shown.Lines[1].Split('\t').Length);
        Assert.Contains(@"\u001b]0;title\u0007\u001b[2J\u009b31m\u000d\u000a\u0009\u202ecod\u2066\u200b\u2028[red]x[/]", shown.Out, StringComparison.Ordinal);
        Assert.Contains("[red]x[/]", check.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=HYPERLINK(1)", @"\u003dHYPERLINK(1)")]
    [InlineData("+1", @"\u002b1")]
    [InlineData("-1", @"\u002d1")]
    [InlineData("@SUM(A1)", @"\u0040SUM(A1)")]
    [InlineData("1=1", "1=1")]
    [InlineData("-", "-")]
    public async Task Text_of_a_log_is_no_formula_of_a_spreadsheet(string text, string shown)
    {
        using var log = await SampleLog.OfAsync(0);
        await log.AppendAsync(SampleLog.Event(text, text, text, text) with { Reason = text });

        var line = (await Cli.RunAsync("show", log.Directory, "--key", log.Key)).Lines[1];

        Assert.Equal(shown, line.Split('\t')[^1]);
        Assert.DoesNotContain(line.Split('\t'), column => column.Length > 1 && "=+-@".Contains(column[0], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Markup_of_a_log_is_text_on_a_terminal()
    {
        using var log = await SampleLog.OfAsync(0);
        await log.AppendAsync(SampleLog.Event(Hostile, Hostile, Hostile, Hostile));
        var proof = log.Path("proof");
        await Cli.RunAsync("prove", log.Directory, "0", "--output", proof);

        foreach (var args in new string[][] { ["show", log.Directory], ["check", proof, "--key", log.Key] })
        {
            var drawn = (await Cli.WatchAsync(args)).Out;

            Assert.Contains("[red]x[/]", drawn, StringComparison.Ordinal);
            Assert.Contains("[link=http://evil.example]", drawn, StringComparison.Ordinal);
            foreach (var forbidden in new[] { "\e]", "\e[2J", "\u009b", "\u202E", "\u2066", "\a" })
            {
                Assert.DoesNotContain(forbidden, drawn, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("\u009b31m")]
    [InlineData("\u007f")]
    [InlineData("\u202Ecod")]
    [InlineData("\u2028")]
    public async Task A_proof_that_could_drive_a_terminal_is_written_to_files_only(string hostile)
    {
        using var log = await SampleLog.OfAsync(1);
        var file = log.Path("proof");
        Assert.Equal(0, (await Cli.WatchAsync("prove", log.Directory, "0")).ExitCode);
        using var key = new EcdsaNoteSigner("mallory", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var head = SignedCheckpoint.Parse(await File.ReadAllBytesAsync(Path.Combine(log.Directory, "checkpoint"))).Checkpoint;
        var signed = await SignedCheckpoint.SignAsync(new Checkpoint("mallory", head.Size, head.Root, [hostile]), [key]);
        log.Alter("checkpoint", _ => signed.Bytes.ToArray());

        var watched = await Cli.WatchAsync("prove", log.Directory, "0");
        var written = await Cli.WatchAsync("prove", log.Directory, "0", "--output", file);
        var json = await Cli.RunAsync("prove", log.Directory, "0", "--json");

        Assert.Equal((2, ""), (watched.ExitCode, watched.Out));
        Assert.Contains("--output", watched.Error, StringComparison.Ordinal);
        Assert.Equal((0, 0), (written.ExitCode, json.ExitCode));
        Assert.Equal([hostile], AuditProof.Parse(await File.ReadAllBytesAsync(file)).Checkpoint.Checkpoint.Extensions);
        Assert.DoesNotContain(hostile, written.Out + written.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_entry_in_a_proof_is_printed_as_the_same_json()
    {
        using var log = await SampleLog.OfAsync(0);
        await log.AppendAsync(SampleLog.Event("\u202E\U000E0041\u009b"));
        var proof = log.Path("proof");
        await Cli.RunAsync("prove", log.Directory, "0", "--output", proof);

        var line = (await Cli.RunAsync("check", proof, "--key", log.Key)).Lines[^1];

        var entry = AuditEntry.Decode(0, Encoding.UTF8.GetBytes(line[line.IndexOf('{', StringComparison.Ordinal)..]));
        Assert.Equal("\u202E\U000E0041\u009b", entry.Event.Resource!.Id);
    }

    [Fact]
    public async Task Neither_can_an_argument_nor_a_file()
    {
        using var log = await SampleLog.OfAsync(1);
        var file = log.Write("bad", Hostile + "\n1\n\n— " + Hostile + " AAAA\n");

        foreach (var args in new string[][]
        {
            [Hostile],
            ["verify", Hostile, "--key", log.Key],
            ["verify", log.Directory, "--key", Hostile],
            ["verify", log.Directory, "--key", file],
            ["verify", log.Directory, "--key", log.Key, "--since", file],
            ["check", file, "--key", log.Key],
            ["show", log.Directory, "--since", Hostile],
        })
        {
            Assert.Equal(2, (await Cli.RunAsync(args)).ExitCode);
        }
    }
}
