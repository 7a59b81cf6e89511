using System.Text;
using ImmutableAudit.Samples;
using Spectre.Console;

namespace ImmutableAudit.Verifier.Output;

/// <summary>
/// Where people read. On a terminal with colours and tables, otherwise plain lines. Everything that it is given is escaped
/// here, by the terminal's rules and by Spectre's, so that no caller can forget to.
/// </summary>
internal sealed class Screen : IDisposable
{
    private const int LabelWidth = 12;

    /// <summary>Writes to two writers, and draws on a terminal if there is one.</summary>
    public Screen(TextWriter output, TextWriter errors, IAnsiConsole? terminal = null)
    {
        Out = output;
        Errors = errors;
        Terminal = terminal;
    }

    /// <summary>For what is escaped already: JSON, proofs, the usage text.</summary>
    public TextWriter Out { get; }

    public TextWriter Errors { get; }

    /// <summary><see langword="null"/> where the output goes to a file or a pipe.</summary>
    public IAnsiConsole? Terminal { get; }

    public static Screen OfProcess()
    {
        if (!Console.IsOutputRedirected)
        {
            return new Screen(Console.Out, Console.Error, AnsiConsole.Console);
        }

        // A proof that is piped into a file has to be the same bytes on every system.
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var output = new StreamWriter(Console.OpenStandardOutput(), utf8) { NewLine = "\n" };
        return new Screen(output, Console.Error);
    }

    /// <summary>The answer, in one line.</summary>
    public void Verdict(bool good, string word, string text)
    {
        if (Terminal is null)
        {
            Out.WriteLine($"{word}: {SafeText.Of(text)}");
        }
        else
        {
            Terminal.MarkupLineInterpolated($"[bold {(good ? "green" : "red")}]{word}[/]: {SafeText.Of(text)}");
        }
    }

    /// <summary>Above a part of the answer.</summary>
    public void Heading(string word, string? text)
    {
        var rest = text is null ? "" : $": {SafeText.Of(text)}";
        if (Terminal is null)
        {
            Out.WriteLine();
            Out.WriteLine($"## {SafeText.Of(word)}{rest}");
        }
        else
        {
            Terminal.WriteLine();
            Terminal.MarkupLineInterpolated($"[bold]{SafeText.Of(word)}[/]{rest}");
        }
    }

    /// <summary>One more thing that was found, as a sentence.</summary>
    public void Finding(string text)
    {
        if (Terminal is null)
        {
            Out.WriteLine($"  {SafeText.Of(text)}");
        }
        else
        {
            Terminal.MarkupLineInterpolated($"  {SafeText.Of(text)}");
        }
    }

    /// <summary>What belongs to the answer; nothing where there is no value.</summary>
    public void Detail(string label, string? value)
    {
        if (value is null)
        {
            return;
        }

        if (Terminal is null)
        {
            Out.WriteLine($"  {(label + ":").PadRight(LabelWidth)} {SafeText.Of(value)}");
        }
        else
        {
            Terminal.MarkupLineInterpolated($"  [grey]{(label + ":").PadRight(LabelWidth)}[/] {SafeText.Of(value)}");
        }
    }

    /// <summary>Something to know that is not the answer. Apart from the output, for which it might be taken.</summary>
    public void Note(string text) => Errors.WriteLine(SafeText.Of(text));

    public void Error(string text)
    {
        Out.Flush();
        Errors.WriteLine($"error: {SafeText.Of(text)}");
    }

    public void Dispose() => Out.Flush();
}
