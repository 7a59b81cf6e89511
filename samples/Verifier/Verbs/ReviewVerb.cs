using System.CommandLine;
using ImmutableAudit.Verifier.Input;
using ImmutableAudit.Verifier.Output;
using ImmutableAudit.Verifier.Reports;
using ImmutableAudit.Verifier.Review;

namespace ImmutableAudit.Verifier.Verbs;

/// <summary><c>review</c>: who holds which permissions, and who used them.</summary>
internal static class ReviewVerb
{
    public static Command Create(Screen screen)
    {
        var log = Arguments.Log();
        var keys = Keys.Option(LogReports.KeyDescription);
        var since = EntryFilter.TimeOption("--since", "Count nothing from before this time.");
        var until = EntryFilter.TimeOption("--until", "Look at nothing from after this time: the review is as of then.");
        var format = new ReportFormat(hasHtml: true);
        var command = new Command(
            "review",
            "Reviews access: permissions held against permissions used, by subject and role; what was never used; standing against on demand; "
            + "grants, denials and break-glass; and the smallest role that would have covered the use seen.")
        {
            log, keys, since, until,
        };
        format.AddTo(command);
        return command.With(screen, async (arguments, json, cancellationToken) =>
        {
            var (from, to) = (arguments.GetValue(since), arguments.GetValue(until));
            if (from > to)
            {
                throw new InputException("--since is after --until, and nothing lies between.");
            }

            await using var source = await LogSource.OpenAsync(arguments.GetRequiredValue(log), cancellationToken);
            var review = new AccessReview(from, to);
            var request = new ReportRequest(
                source.Log, arguments.GetValue(keys), json, format.Choose(arguments, json));
            return await LogReports.RunAsync(
                screen,
                request,
                review,
                (isVerified, status) => ReviewReport.Of(Ended(review), isVerified, status),
                (document, _) => document.Write(Ended(review)),
                cancellationToken);
        });
    }

    private static AccessReview Ended(AccessReview review)
    {
        review.End();
        return review;
    }
}
