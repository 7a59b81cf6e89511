using System.Globalization;
using System.Security.Cryptography;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.EndToEnd.Tests.Support;

namespace ImmutableAudit.EndToEnd.Tests.QuickStart;

/// <summary>The README's first command.</summary>
public sealed class QuickStartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Each_run_appends_to_the_log_and_the_tampered_entry_is_named()
    {
        var first = await RunAsync();
        var second = await RunAsync();

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Empty(first.Error + second.Error);
        Assert.Equal(4, Number(first.Out, "It proves entry "));
        Assert.Contains("It does not hold. Entry 4 was altered", first.Out, StringComparison.Ordinal);
        var (before, after) = (Number(first.Out, "It holds: "), Number(second.Out, "It holds: "));
        var proven = Number(second.Out, "It proves entry ");
        Assert.InRange(proven, before, after - 1);
        Assert.Contains($"It does not hold. Entry {proven} was altered", second.Out, StringComparison.Ordinal);
        Assert.Contains("verify audit-log --key audit-log-keys/audit.vkey", second.Out, StringComparison.Ordinal);

        var verified = await SampleProcess.RunPrintedCommandAsync(second, _directory.Path);
        Assert.True(verified.ExitCode == 0, verified.Out + verified.Error);
    }

    [Fact]
    public async Task A_key_of_ones_own_signs_and_none_is_made()
    {
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            WriteKey(key.ExportPkcs8PrivateKeyPem());
        }

        var result = await RunAsync("--log", "mine", "--signing-key", "own.pem");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.False(Directory.Exists(_directory.File("mine-keys")));
        Assert.Contains(" --key shop.example/audit+", result.Out, StringComparison.Ordinal);
        var verified = await SampleProcess.RunPrintedCommandAsync(result, _directory.Path);
        Assert.True(verified.ExitCode == 0, verified.Out + verified.Error);
    }

    [Fact]
    public async Task A_verifier_key_file_beside_ones_own_key_is_named_if_it_is_that_of_the_log()
    {
        EcdsaNoteSigner.CreatePemFile("shop.example/audit", _directory.File("own.pem")).Dispose();

        var named = await RunAsync("--log", "mine", "--signing-key", "own.pem");
        var other = await RunAsync("--log", "other", "--signing-key", "own.pem", "--origin", "other.example/audit");

        Assert.Contains(" --key own.vkey", named.Out, StringComparison.Ordinal);
        Assert.Contains(" --key other.example/audit+", other.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_in_one_line()
    {
        var argument = await RunAsync("--lgo", "x");
        var key = await RunAsync("--log", "x", "--signing-key", "missing.pem");
        File.WriteAllText(_directory.File("file"), "");
        var log = await RunAsync("--log", "file");

        Assert.Equal((2, 2, 2), (argument.ExitCode, key.ExitCode, log.ExitCode));
        Assert.Contains("--lgo", argument.Error, StringComparison.Ordinal);
        Assert.Contains("'missing.pem' is not there", Assert.Single(key.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains("cannot be written to", Assert.Single(log.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>The number behind some words.</summary>
    private static int Number(string text, string words)
    {
        var behind = text.AsSpan()[(text.IndexOf(words, StringComparison.Ordinal) + words.Length)..];
        return int.Parse(behind[..behind.IndexOfAnyExceptInRange('0', '9')], CultureInfo.InvariantCulture);
    }

    private Task<ProcessResult> RunAsync(params string[] args) => SampleProcess.RunAsync("quickstart", _directory.Path, args);

    private void WriteKey(string pem)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(_directory.File("own.pem"), options);
        writer.Write(pem);
    }
}
