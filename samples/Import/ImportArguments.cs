using System.CommandLine;
using ImmutableAudit.Import.Mapping;
using ImmutableAudit.Samples;

namespace ImmutableAudit.Import;

/// <summary>The options of the command line, and what was said.</summary>
internal sealed class ImportArguments
{
    private readonly Option<string> _log = new("--log") { Description = "The log's directory; made where it is not there.", HelpName = "DIR", Required = true };

    private readonly Option<string> _input = new("--input") { Description = "The trail: JSON lines, one object a line.", HelpName = "FILE", Required = true };

    private readonly Option<string[]> _map = new("--map")
    {
        Description = "Where in a record a member of the event is found: actor.id=$.user.name, action='$.service + \":\" + $.calls[0]', "
            + "outcome='$.result | $.status | \"success\"'. Repeat it for each member of these: "
            + string.Join(", ", EventMapping.Members) + ".",
        HelpName = "MEMBER=PATH",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _preset = new Option<string?>("--preset") { Description = "Mappings for a known kind of trail; --map changes them." }
        .AcceptOnlyFromAmong("cloudtrail");

    private readonly Option<bool> _skipInvalid = new("--skip-invalid")
    {
        Description = "Skip and count lines that are no JSON object, too large, or make no event, instead of stopping.",
    };

    private readonly Option<string?> _name = new("--name") { Description = "What the input is called in the log. [default: the file's name]", HelpName = "NAME" };

    private readonly Option<string> _origin = new("--origin")
    {
        Description = "The log's name. Logs that are signed with one key need a name each.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "import.example/audit",
    };

    private readonly Option<string?> _signingKey = new("--signing-key")
    {
        Description = "The private key to sign with (ECDSA P-256). By default a development key is made in DIR-keys/.",
        HelpName = "PEM",
    };

    public RootCommand ToCommand(Func<ImportRequest, CancellationToken, Task<int>> run)
    {
        var command = new RootCommand("Imports an audit trail into a log. Run it again to go on with one that was stopped: nothing is added twice.")
        {
            _log, _input, _map, _preset, _skipInvalid, _name, _origin, _signingKey,
        };
        command.SetAction((arguments, stop) => run(Read(arguments), stop));
        return command;
    }

    private ImportRequest Read(ParseResult arguments)
    {
        var input = arguments.GetRequiredValue(_input);
        return new ImportRequest(
            input,
            arguments.GetValue(_name) ?? Path.GetFileName(input),
            EventMapping.Create(arguments.GetValue(_preset) is null ? null : CloudTrail.Members, arguments.GetRequiredValue(_map)),
            arguments.GetValue(_skipInvalid),
            new SampleLog(arguments.GetRequiredValue(_origin), arguments.GetRequiredValue(_log), arguments.GetValue(_signingKey)));
    }
}

/// <summary>What to import, and where to.</summary>
/// <param name="Input">The trail's file.</param>
/// <param name="Name">What it is called in the log.</param>
/// <param name="Mapping">How records become events.</param>
/// <param name="SkipInvalid">Whether lines that cannot be imported are passed by.</param>
/// <param name="Log">The log to add to.</param>
internal sealed record ImportRequest(string Input, string Name, EventMapping Mapping, bool SkipInvalid, SampleLog Log);
