using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.EndToEnd.Tests.Import;

/// <summary>Whatever the lines and the mapping: imported, or refused in words, and what is in the log verifies.</summary>
public sealed class GarbageInputTests : IDisposable
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\"who\":\"a\"", "\"did\":\"b\"", "{\"who\":\"a\",\"did\":\"b\"}", "\n", "\r\n", "\0", "\ufeff", "\\u0000", "\\ud800", "1e999", "-0", "01", "null",
        "{\"who\":\"\\u001b[31m\",\"did\":\"\\u202e\"}", "{\"who\":{\"a\":1},\"did\":[1]}", "{\"who\":1,\"did\":true}", "{\"who\":99999999999999999999999999,\"did\":1e-400}",
        "{\"who\":\"a\",\"did\":\"b\",\"import\":{\"input\":\"x\",\"line\":-1,\"sha256\":\"\"}}", "//", "/*", "\u2028", "\t", " ",
    ];

    private readonly ImportRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task Any_lines_are_imported_or_named()
    {
        var number = 0;
        var lines = Gen.Frequency((3, Gen.Elements(Pieces)), (1, Gen.Constant(Pieces[9] + "\n"))).ArrayOf().Select(string.Concat);
        var bytes = lines.Zip(Gen.Choose(0, int.MaxValue)).Select(input =>
        {
            var text = Encoding.UTF8.GetBytes(input.Item1);
            if (input.Item2 % 3 == 0 && text.Length > 0)
            {
                text[input.Item2 % text.Length] = (byte)(input.Item2 >> 8);
            }

            return text;
        });
        Prop.ForAll(bytes.ToArbitrary(), input =>
        {
            var file = _runs.File($"in-{number++}");
            File.WriteAllBytes(file, input);
            var stopped = _runs.ImportAsync(file).GetAwaiter().GetResult();
            Assert.InRange(stopped.ExitCode, 0, 1);
            var skipped = _runs.ImportAsync(file, "--skip-invalid").GetAwaiter().GetResult();
            Assert.Equal(0, skipped.ExitCode);
            Assert.DoesNotContain((stopped.Out + stopped.Error + skipped.Out + skipped.Error).EnumerateRunes(), ImmutableAudit.EndToEnd.Tests.Verifier.Cli.IsDangerous);
        }).CheckSeeded(cases: 60, endSize: 25);

        // It verifies, and every entry can be read.
        Assert.NotEmpty(await _runs.EntriesAsync());
    }

    [Fact]
    public void Any_mapping_is_taken_or_explained()
    {
        var input = _runs.Write("in.jsonl", ImportRuns.Line(0));
        var mappings = Gen.Elements(
            "actor.id", "action", "id", "type", "time", "=", "$", ".", "..", "[", "]", "0", "99999999999", "-1", "\"", "'", "+", "|", " ", "who", "did", "$.who", "\"x\"", "\e[31m", "\0", "\ud800", "$[\"\"]")
            .ArrayOf().Select(string.Concat);
        Prop.ForAll(mappings.ToArbitrary(), mapping =>
        {
            // Refused before the log is made, or what the input lacks is named.
            var result = _runs.RunAsync("--input", input, "--map", "actor.id=$.who", "--map", "action=$.did", "--map", mapping).GetAwaiter().GetResult();
            Assert.InRange(result.ExitCode, 0, 2);
            Assert.True(result.ExitCode == 0 || result.Error.Length > 0);
            Assert.DoesNotContain(result.Error.EnumerateRunes(), ImmutableAudit.EndToEnd.Tests.Verifier.Cli.IsDangerous);
        }).CheckSeeded(cases: 150, endSize: 8);
    }
}
