using FsCheck.Fluent;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary>Whatever is typed: an answer with one of the three exit codes, never something unexpected.</summary>
public sealed class GarbageArgumentsTests
{
    [Fact]
    public async Task Any_arguments_are_answered()
    {
        using var log = await SampleLog.OfAsync(3);
        var proof = log.Path("proof");
        await Cli.RunAsync("prove", log.Directory, "1", "--output", proof);

        // None of them has anything written: this runs with whatever rights the developer has.
        string[] words =
        [
            "verify", "show", "prove", "check", "review", "--html", "--markdown", "evidence", "--framework", "soc2", "access", "--policy", log.Directory, log.Key, proof, "--key", "--key=" + log.Key, "--since", "--proof", "--from", "--to", "--actor",
            "--action", "--outcome", "--until", "--entry", "--json", "--framework-hash", "--", "-", "", " ", "0", "1", "2", "3", "-1", "9223372036854775807",
            "-9223372036854775808", "9223372036854775808", "1e3", "٣", "2026-11-21T21:16:47Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.9999999-14:00", "2026-02-30T00:00:00Z",
            "Z", "+", "++", "a+00000000+AA==", "@file", "[diagram]", "[suggest]", "-k", "--verion", "http://", "https://[::1", "http://[::1]:99999/", "http://a b/", "file:///etc/passwd",
            "\0", "a\0b", "~", "..", "/", "/dev/null", new('x', 5000), "C:\\", "con", log.Path("missing"), log.Path("missing") + "/", "\ud800",
        ];
        var usual = Gen.Elements(new string[][]
        {
            ["verify", log.Directory, "--key", log.Key], ["show", log.Directory], ["show", log.Directory, "--key", log.Key, "--from", "1"], ["prove", log.Directory, "1"], ["check", proof, "--key", log.Key],
            ["review", log.Directory, "--key", log.Key], ["evidence", log.Directory, "--framework", "pci"], ["access", log.Directory, "--key", log.Key],
        });
        var arguments =
            from start in Gen.Frequency((3, usual), (1, Gen.Constant(Array.Empty<string>())))
            from drop in Gen.Choose(0, 12)
            from more in Gen.Elements(words).ArrayOf()
            select (string[])[.. start.Where((_, i) => i != drop), .. more.Take(6)];
        Prop.ForAll(arguments.ToArbitrary(), args =>
        {
            var result = Cli.RunAsync(args).GetAwaiter().GetResult();
            Assert.InRange(result.ExitCode, 0, 2);
            Assert.DoesNotContain("Unexpected", result.Error, StringComparison.Ordinal);
            Assert.True(result.ExitCode != 2 || result.Error.Length > 0);
        }).CheckSeeded(cases: 600, endSize: 12);
    }
}
