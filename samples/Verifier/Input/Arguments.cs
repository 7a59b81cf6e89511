using System.CommandLine;

namespace ImmutableAudit.Verifier.Input;

/// <summary>Arguments that several verbs have.</summary>
internal static class Arguments
{
    public static Argument<string> Log() => NotEmpty(new Argument<string>("LOG")
    {
        Description = "The log: a directory, an http(s) URL below which its files lie, or a database: 'postgresql://auditor@db.example/app', with '?origin=NAME' where it holds several and '&schema=NAME' where that is not the usual one.",
    });

    public static Argument<string> NotEmpty(Argument<string> argument)
    {
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.Length == 0))
            {
                result.AddError($"{argument.Name} is empty.");
            }
        });
        return argument;
    }

    public static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description };

    public static Option<long?> Index(string name, string description)
    {
        var option = new Option<long?>(name) { HelpName = "N", Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && long.TryParse(result.Tokens[0].Value, out var index) && index < 0)
            {
                result.AddError($"{name} is an index: 0 or more, not {index}.");
            }
        });
        return option;
    }
}
