using System.CommandLine;
using ImmutableAudit.Storage.PostgreSql;
using ImmutableAudit.Verifier.Input;
using ImmutableAudit.Verifier.Output;

namespace ImmutableAudit.Verifier.Verbs;

/// <summary><c>schema</c>: prints the script that makes a database ready for logs, for whoever administers it to read and run.</summary>
internal static class SchemaVerb
{
    public static Command Create(Screen screen)
    {
        var database = new Argument<string>("DATABASE") { Description = "Which kind of database: postgresql." };
        database.AcceptOnlyFromAmong("postgresql");
        var name = new Option<string>("--schema")
        {
            HelpName = "NAME",
            Description = "The schema's name.",
            DefaultValueFactory = _ => PostgreSqlSchema.DefaultName,
        };
        return new Command("schema", "Prints the script that makes a database ready for logs.") { database, name }.With(screen, (arguments, json, _) =>
        {
            var script = Script(arguments.GetRequiredValue(name));
            if (json is null)
            {
                screen.Out.Write(script);
            }
            else
            {
                json.WriteNumber("version", PostgreSqlSchema.Version);
                json.WriteString("script", script);
            }

            return Task.FromResult(ExitCode.Holds);
        });
    }

    private static string Script(string name)
    {
        try
        {
            return PostgreSqlSchema.Script(name);
        }
        catch (ArgumentException e)
        {
            throw new InputException($"--schema cannot be used: {e.Message}", e);
        }
    }
}
