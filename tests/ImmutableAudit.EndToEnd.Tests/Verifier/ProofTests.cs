using System.Text;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

public sealed class ProofTests
{
    [Fact]
    public async Task A_proof_is_made_and_checked_without_the_log()
    {
        using var log = await SampleLog.OfAsync(300);
        var file = log.Path("270.tlog-proof");
        Assert.Equal(0, (await Cli.RunAsync("prove", log.Directory, "270", "--output", file)).ExitCode);
        Directory.Delete(log.Directory, recursive: true);

        var plain = await Cli.RunAsync("check", file, "--key", log.Key);
        var json = (await Cli.RunAsync("check", file, "--key", log.Key, "--json")).Json;

        Assert.Equal(0, plain.ExitCode);
        Assert.StartsWith(
            $"HOLDS: this is entry 270 of '{SampleLog.Origin}' at size 300, signed by key {log.KeyName}", plain.Out, StringComparison.Ordinal);
        Assert.Contains("order-270", plain.Out, StringComparison.Ordinal);
        Assert.True(json.GetProperty("verified").GetBoolean());
        Assert.Equal(270, json.GetProperty("index").GetInt64());
        Assert.Equal("order-270", json.GetProperty("entry").GetProperty("resource").GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_proof_goes_to_standard_output_and_nothing_with_it()
    {
        using var log = await SampleLog.OfAsync(2);

        var result = await Cli.RunAsync("prove", log.Directory, "1");
        var json = (await Cli.RunAsync("prove", log.Directory, "1", "--json")).Json;

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(1, AuditProof.Parse(Encoding.UTF8.GetBytes(result.Out)).Index);
        Assert.Equal(result.Out, json.GetProperty("proof").GetString());
    }

    [Theory]
    [InlineData("2")]
    [InlineData("-1")]
    [InlineData("first")]
    public async Task There_is_no_proof_of_an_entry_that_is_not_there(string index)
    {
        using var log = await SampleLog.OfAsync(2);

        var result = await Cli.RunAsync("prove", log.Directory, index);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(index, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task No_proof_is_made_of_an_altered_entry()
    {
        using var log = await SampleLog.OfAsync(2);
        log.AlterText("tile/entries/000.p/2", "order-1", "order-X");
        var file = log.Path("proof");

        var result = await Cli.RunAsync("prove", log.Directory, "1", "--output", file, "--json");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Entry 1 ", result.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task A_proof_by_another_key_or_for_another_entry_fails()
    {
        using var log = await SampleLog.OfAsync(3);
        using var other = await SampleLog.OfAsync(3);
        var proof = (await Cli.RunAsync("prove", log.Directory, "1")).Out;
        var file = log.Write("proof", proof);
        var moved = log.Write("moved", proof.Replace("index 1\n", "index 2\n", StringComparison.Ordinal));
        var forged = AuditProof.Parse(Encoding.UTF8.GetBytes(proof));
        byte[] entry = [.. forged.Entry!.Value.Span];
        entry[^3] ^= 1;
        var swapped = log.Write("swapped", new AuditProof(1, entry, forged.Hashes, forged.Checkpoint).ToString());

        foreach (var (path, key) in new[] { (file, other.Key), (moved, log.Key), (swapped, log.Key) })
        {
            var plain = await Cli.RunAsync("check", path, "--key", key);
            var json = await Cli.RunAsync("check", path, "--key", key, "--json");

            Assert.Equal((1, 1), (plain.ExitCode, json.ExitCode));
            Assert.StartsWith("FAILED: ", plain.Out, StringComparison.Ordinal);
            Assert.DoesNotContain("orders.read", plain.Out, StringComparison.Ordinal);
            Assert.False(json.Json.TryGetProperty("entry", out _));
        }
    }

    [Fact]
    public async Task A_proof_without_its_entry_needs_the_entry_beside_it()
    {
        using var log = await SampleLog.OfAsync(3);
        var whole = AuditProof.Parse(Encoding.UTF8.GetBytes((await Cli.RunAsync("prove", log.Directory, "1")).Out));
        var bare = log.Write("bare", new AuditProof(1, null, whole.Hashes, whole.Checkpoint).ToString());
        var full = log.Write("full", whole.ToString());
        var entry = log.Path("entry");
        await File.WriteAllBytesAsync(entry, whole.Entry!.Value.ToArray());
        var wrong = log.Write("wrong", """{"v":1}""");

        Assert.Equal(2, (await Cli.RunAsync("check", bare, "--key", log.Key)).ExitCode);
        Assert.Equal(0, (await Cli.RunAsync("check", bare, "--key", log.Key, "--entry", entry)).ExitCode);
        Assert.Equal(1, (await Cli.RunAsync("check", bare, "--key", log.Key, "--entry", wrong)).ExitCode);
        Assert.Equal(0, (await Cli.RunAsync("check", full, "--key", log.Key, "--entry", entry)).ExitCode);
        Assert.Equal(1, (await Cli.RunAsync("check", full, "--key", log.Key, "--entry", wrong)).ExitCode);
        Assert.Equal(2, (await Cli.RunAsync("check", full, "--key", log.Key, "--entry", log.Path("missing"))).ExitCode);
        Assert.Equal(2, (await Cli.RunAsync("check", full, "--key", log.Key, "--entry", log.Write("empty", ""))).ExitCode);
        Assert.Equal(2, (await Cli.RunAsync("check", full)).ExitCode);
    }
}
