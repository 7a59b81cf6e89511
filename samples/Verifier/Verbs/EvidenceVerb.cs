using System.CommandLine;
using ImmutableAudit.Verifier.Evidence;
using ImmutableAudit.Verifier.Input;
using ImmutableAudit.Verifier.Output;
using ImmutableAudit.Verifier.Reports;

namespace ImmutableAudit.Verifier.Verbs;

/// <summary><c>evidence</c>: what a log shows of the controls of a framework. It certifies nothing.</summary>
internal static class EvidenceVerb
{
    public static Command Create(Screen screen)
    {
        var names = Framework.All.Select(framework => framework.Name).ToArray();
        var log = Arguments.Log();
        var keys = Keys.Option(LogReports.KeyDescription);
        var name = new Option<string>("--framework")
        {
            HelpName = string.Join('|', names),
            Description = "Which framework's controls.",
            Required = true,
        };
        name.AcceptOnlyFromAmong(names);
        var format = new ReportFormat(hasHtml: false);
        var command = new Command(
            "evidence",
            "Sets controls of a framework against what the log shows of them, with entries to prove, and what it cannot show. It is evidence, and certifies nothing.")
        {
            log, keys, name,
        };
        format.AddTo(command);
        return command.With(screen, async (arguments, json, cancellationToken) =>
        {
            await using var source = await LogSource.OpenAsync(arguments.GetRequiredValue(log), cancellationToken);
            var facts = new LogFacts();
            var report = new EvidenceReport(Framework.All.Single(framework => framework.Name == arguments.GetRequiredValue(name)), facts);
            var request = new ReportRequest(
                source.Log, arguments.GetValue(keys), json, format.Choose(arguments, json));
            return await LogReports.RunAsync(
                screen,
                request,
                facts,
                (isVerified, status) =>
                {
                    facts.End();
                    return report.Of(isVerified, status);
                },
                (document, isVerified) =>
                {
                    facts.End();
                    report.Write(document, isVerified);
                },
                cancellationToken);
        });
    }
}
