using System.CommandLine;

namespace ImmutableAudit.Benchmarks.Commands;

/// <summary>The options that all macro runs have.</summary>
internal sealed class RunOptions
{
    private readonly Option<double> _seconds = new("--seconds")
    {
        Description = "How long each run measures. sustained-1024 takes 12 times as long.",
        HelpName = "S",
        DefaultValueFactory = _ => 5,
    };

    private readonly Option<int> _rounds = new("--rounds") { Description = "How often each subject runs.", HelpName = "N", DefaultValueFactory = _ => 5 };

    private readonly Option<FileInfo?> _json = new("--json") { Description = "Where to write the figures as JSON.", HelpName = "FILE" };

    private readonly Option<string?> _directory = DirectoryOption(
        "Where data goes: on the disk that is to be measured. Logs made for verify, prove and open stay there. [default: a temporary one]");

    public static Option<string?> DirectoryOption(string description) => new("--directory") { Description = description, HelpName = "DIR" };

    public void AddTo(Command command)
    {
        _seconds.Validators.Add(result => Check(result.GetValueOrDefault<double>() > 0, result, "--seconds must be more than 0."));
        _rounds.Validators.Add(result => Check(result.GetValueOrDefault<int>() > 0, result, "--rounds must be more than 0."));
        command.Options.Add(_seconds);
        command.Options.Add(_rounds);
        command.Options.Add(_json);
        command.Options.Add(_directory);
    }

    public RunRequest Read(ParseResult arguments) => new(
        TimeSpan.FromSeconds(arguments.GetValue(_seconds)),
        arguments.GetValue(_rounds),
        arguments.GetValue(_json)?.FullName,
        arguments.GetValue(_directory));

    private static void Check(bool holds, System.CommandLine.Parsing.OptionResult result, string message)
    {
        if (!holds)
        {
            result.AddError(message);
        }
    }
}

/// <summary>How to run, and where to.</summary>
/// <param name="Duration">How long each run measures.</param>
/// <param name="Rounds">How often each subject runs.</param>
/// <param name="Json">File for the figures, if any.</param>
/// <param name="Directory">Where data goes; <see langword="null"/> for a temporary directory.</param>
internal sealed record RunRequest(TimeSpan Duration, int Rounds, string? Json, string? Directory);
