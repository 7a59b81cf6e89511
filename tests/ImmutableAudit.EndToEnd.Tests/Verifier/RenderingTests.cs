using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.EndToEnd.Tests.Support;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary>Hostile text in every place that somebody else writes, and the raw bytes that the tool answers with.</summary>
public sealed partial class RenderingTests
{
    private static readonly string[] HostileTexts =
    [
        "\e]0;title\a\e[2J\e[31m", "\u009b31m\u009d0;x\u009c", "\u007f\b\b\b", "a\r\n# verified: everything\n", "\u202Egnp.exe\u202C", "\u2066\u2067\u2068\u2069\u200E\u200F\u061C",
        "\u200B\u200C\u200D\u2060\ufeff\u00ad", "\u2028\u2029\u0085", "[red]x[/][link=http://evil.example]y[/][[", "\uE000\U000F0000", "\U000E0041\U000E007F",
        "a\uFE0F\U000E0100\u034F\u3164\u115F", "\uFFF9\uFFFB", "\"},{\"verified\":true,\"x\":\"", "\\u001b[31m", "=1+1\t@x\t+1\t-1", "<script>alert(1)</script>&amp;", "%1b[31m", "\uFFFE\uFFFF",
    ];

    public static TheoryData<string> Hostile => [.. HostileTexts];

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task In_every_member_of_an_event(string hostile)
    {
        using var log = await SampleLog.OfAsync(0);
        await log.AppendAsync(new AuditEvent
        {
            Session = hostile,
            Actor = new AuditSubject
            {
                Issuer = hostile,
                Id = hostile + "i",
                Person = hostile,
                Kind = hostile,
                OnBehalfOf = new AuditSubject { Issuer = hostile, Id = hostile + "o", Person = hostile },
            },
            Action = hostile + "a",
            Resource = new AuditResource { Type = hostile + "t", Id = hostile },
            Outcome = hostile,
            Reason = hostile,
            Source = new AuditSource { App = hostile, Host = hostile, Ip = hostile },
            Details = AuditDetails.Parse(new System.Text.Json.Nodes.JsonObject { [hostile + "n"] = hostile, ["x"] = new System.Text.Json.Nodes.JsonArray(hostile) }.ToJsonString()),
        });
        var proof = log.Path("proof");
        Assert.Equal(0, (await Cli.RunAsync("prove", log.Directory, "0", "--output", proof)).ExitCode);

        // The harness looks at what it says on paper. A line for each entry, whatever is in it.
        var shown = await Cli.RunAsync("show", log.Directory, "--key", log.Key);
        Assert.Equal((0, 2), (shown.ExitCode, shown.Lines.Length));
        Assert.Equal(8, shown.Lines[1].Split('\t').Length);
        Assert.Equal(1, shown.Lines.Count(line => line.StartsWith('#')));
        Assert.Equal(0, (await Cli.RunAsync("check", proof, "--key", log.Key)).ExitCode);
        Assert.Equal(2, (await Cli.RunAsync("show", log.Directory, "--actor", hostile, "--since", hostile)).ExitCode);

        foreach (var args in new string[][] { ["show", log.Directory, "--key", log.Key], ["check", proof, "--key", log.Key] })
        {
            // JSON says it as it is, and says nothing else.
            var json = (await Cli.RunAsync([.. args, "--json"])).Json;
            var entry = args[0] == "show" ? json.GetProperty("entries")[0].GetProperty("entry") : json.GetProperty("entry");
            Assert.Equal(hostile + "a", entry.GetProperty("action").GetString());
            Assert.Equal(hostile, entry.GetProperty("details").GetProperty(hostile + "n").GetString());
            Assert.Equal(1, json.EnumerateObject().Count(member => member.Name == "verified"));

            // On a terminal: nothing but colours.
            var drawn = Colour().Replace((await Cli.WatchAsync(args)).Out, "");
            drawn = args[0] == "show" ? drawn[drawn.IndexOf('#', StringComparison.Ordinal)..] : drawn;
            Assert.DoesNotContain(drawn.EnumerateRunes(), Cli.IsDangerous);
        }
    }

    [Theory]
    [InlineData("\u202Egro.elpmaxe")]
    [InlineData("\u200Bshop.example/audit")]
    [InlineData("[red]x[/]")]
    [InlineData("\uE000")]
    [InlineData("a\uFE0F")]
    [InlineData("\"},\"verified\":true,{\"")]
    [InlineData("\u2028HOLDS:")]
    [InlineData("=1+1")]
    public async Task In_names_of_logs_and_keys_that_others_signed(string name)
    {
        using var log = await SampleLog.OfAsync(1);
        using var mallory = new EcdsaNoteSigner($"m{name.Replace("+", "", StringComparison.Ordinal).Replace("\u2028", "", StringComparison.Ordinal)}", ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var head = SignedCheckpoint.Parse(await File.ReadAllBytesAsync(Path.Combine(log.Directory, "checkpoint"))).Checkpoint;
        var foreign = await SignedCheckpoint.SignAsync(new Checkpoint(name, head.Size, head.Root, [name]), [mallory]);
        var proof = log.Path("proof");
        await Cli.RunAsync("prove", log.Directory, "0", "--output", proof);
        var good = AuditProof.Parse(await File.ReadAllBytesAsync(proof));
        await File.WriteAllBytesAsync(proof, new AuditProof(0, good.Entry, good.Hashes, foreign).ToBytes());
        var since = log.Path("since");
        await File.WriteAllBytesAsync(since, foreign.Bytes.ToArray());
        var key = mallory.Verifier.ToVerifierKey();

        await AnswersAsync(1, "check", proof, "--key", log.Key);
        await AnswersAsync(1, "check", proof, "--key", key);
        await AnswersAsync(1, "verify", log.Directory, "--key", log.Key, "--since", since);
        await AnswersAsync(1, "verify", log.Directory, "--key", log.Key, "--key", key, "--since", since);
        await AnswersAsync(1, "verify", log.Directory, "--key", log.Key, "--key", key, "--proof", proof);
        log.Alter("checkpoint", _ => foreign.Bytes.ToArray());
        await AnswersAsync(1, "verify", log.Directory, "--key", log.Key);
        await AnswersAsync(1, "verify", log.Directory, "--key", key);
        await AnswersAsync(0, "show", log.Directory);
        await AnswersAsync(1, "show", log.Directory, "--key", key);
        await AnswersAsync(2, "prove", log.Directory, "7");
        await AnswersAsync(0, "prove", log.Directory, "0", "--output", proof);
    }

    [Fact]
    public async Task In_names_of_files()
    {
        using var log = await SampleLog.OfAsync(1);
        foreach (var hostile in HostileTexts.Where(name => !name.Contains('/', StringComparison.Ordinal)))
        {
            var directory = Directory.CreateDirectory(log.Path(hostile)).FullName;
            var file = Path.Combine(directory, hostile);
            await AnswersAsync(2, "verify", directory, "--key", log.Key);
            await AnswersAsync(2, "verify", file, "--key", log.Key);
            await AnswersAsync(2, "verify", log.Directory, "--key", file);
            await AnswersAsync(2, "verify", log.Directory, "--key", log.Key, "--since", file);
            await AnswersAsync(2, "verify", log.Directory, "--key", log.Key, "--proof", file);
            await AnswersAsync(2, "check", file, "--key", log.Key);
            await AnswersAsync(2, "verify", "http://[" + hostile, "--key", log.Key);
            await AnswersAsync(2, hostile);
            await AnswersAsync(0, "prove", log.Directory, "0", "--output", file);
            await AnswersAsync(0, "check", file, "--key", log.Key);
            await AnswersAsync(0, "verify", log.Directory, "--key", log.Key, "--save", file + "s");
        }
    }

    [Fact]
    public async Task In_the_url_of_a_log()
    {
        using var log = await SampleLog.OfAsync(0);
        var hostile = string.Concat(HostileTexts.Where(text => !text.Contains('#', StringComparison.Ordinal)));

        Assert.Equal(2, (await Cli.RunAsync("verify", $"http://127.0.0.1:1/{hostile}", "--key", log.Key)).ExitCode);
    }

    [Fact]
    public async Task The_bytes_of_the_process_are_what_the_harness_saw()
    {
        using var log = await SampleLog.OfAsync(0);
        var hostile = string.Concat(HostileTexts).Replace("\uFFFE\uFFFF", "", StringComparison.Ordinal);
        await log.AppendAsync(SampleLog.Event(hostile, hostile, hostile, hostile) with { Reason = hostile });
        foreach (var args in new string[][] { ["show", log.Directory], ["show", log.Directory, "--json"], ["verify", log.Directory, "--key", "\e[31m"], ["\e[31m\u202E"] })
        {
            var result = await SampleProcess.RunAsync("verifier", log.Path(""), args);

            Assert.DoesNotContain((result.Out + result.Error).EnumerateRunes(), Cli.IsDangerous);
            Assert.DoesNotContain('\uFFFD', result.Out.Replace("\\ufffd", "", StringComparison.Ordinal));
        }
    }

    private static async Task AnswersAsync(int exitCode, params string[] args)
    {
        var plain = await Cli.RunAsync(args);
        Assert.Equal((exitCode, string.Join(' ', args)), (plain.ExitCode, string.Join(' ', args)));
        Assert.DoesNotContain("Unexpected", plain.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(plain.Lines, line => exitCode != 0 && line.StartsWith("HOLDS", StringComparison.Ordinal));
        var json = (await Cli.RunAsync([.. args, "--json"])).Json;
        Assert.Equal(exitCode, json.GetProperty("exitCode").GetInt32());
        Assert.False(exitCode != 0 && json.TryGetProperty("verified", out var verified) && verified.ValueKind == JsonValueKind.True);
        var drawn = await Cli.WatchAsync(args);
        Assert.DoesNotContain(ProgressBar().Replace(drawn.Out, "").EnumerateRunes(), Cli.IsDangerous);
        Assert.DoesNotContain(drawn.Error.EnumerateRunes(), Cli.IsDangerous);
    }

    /// <summary>What Spectre itself says to a terminal: colours.</summary>
    [GeneratedRegex(@"\e\[[0-9;]*m", RegexOptions.None, 1000)]
    private static partial Regex Colour();

    /// <summary>Colours, and how the bar is drawn over: hide and show the cursor, up, clear the line, back to its beginning.</summary>
    [GeneratedRegex(@"\e\[[0-9;]*m|\e\[\?25[lh]|\e\[[0-9]*[AK]|\r", RegexOptions.None, 1000)]
    private static partial Regex ProgressBar();
}
