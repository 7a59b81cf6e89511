using System.Globalization;
using System.Text;
using System.Text.Json;
using ImmutableAudit.Verifier.Output;
using Spectre.Console;
using VerifierProgram = ImmutableAudit.Verifier.Program;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary>What one run of the verifier answered.</summary>
internal sealed record CliResult(int ExitCode, string Out, string Error)
{
    public JsonElement Json => JsonElement.Parse(Out);

    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Runs the verifier in this process.</summary>
internal static class Cli
{
    /// <summary>As if its output went to a file.</summary>
    public static async Task<CliResult> RunAsync(params string[] args)
    {
        var result = await RunAsync(terminal: null, args, CancellationToken.None);

        // Whatever a log, a file or an argument holds: nothing that a terminal would obey, or that nobody sees.
        Assert.DoesNotContain((result.Out + result.Error).EnumerateRunes(), IsDangerous);
        if (args.Contains("--json", StringComparer.Ordinal))
        {
            Assert.True(Ascii.IsValid(result.Out));
        }

        return result;
    }

    /// <summary>Whether a character may drive a terminal, turn the direction of writing, or has no shape.</summary>
    public static bool IsDangerous(Rune rune) => rune.Value is not ('\n' or '\t')
        && (rune.Value is 0x34F or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF)
            || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    /// <summary>As if somebody watched.</summary>
    public static Task<CliResult> WatchAsync(params string[] args)
    {
        var drawn = new StringWriter();
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.TrueColor,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(drawn),
        });
        terminal.Profile.Width = 400;
        return RunAsync((terminal, drawn), args, CancellationToken.None);
    }

    public static async Task<CliResult> RunAsync(
        (IAnsiConsole Console, StringWriter Drawn)? terminal, string[] args, CancellationToken cancellationToken)
    {
        var output = terminal?.Drawn ?? new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        using var screen = new Screen(output, error, terminal?.Console);
        var exitCode = await VerifierProgram.RunAsync(args, screen, cancellationToken);
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }
}
