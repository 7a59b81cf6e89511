using ImmutableAudit.Verification;
using Spectre.Console;

namespace ImmutableAudit.Verifier.Output;

/// <summary>Shows how far a verification has come, where somebody watches.</summary>
internal static class ProgressBar
{
    public static Task<LogVerificationResult> VerifyAsync(
        this Screen screen, LogVerifier verifier, bool quiet, CancellationToken cancellationToken, IEntryVisitor? visitor = null) =>
        screen.WatchAsync("Verifying", quiet, progress => visitor is null
            ? verifier.VerifyAsync(progress, cancellationToken)
            : verifier.VerifyAsync(visitor, progress, cancellationToken));

    /// <summary>Runs what goes through a whole log.</summary>
    public static async Task<T> WatchAsync<T>(
        this Screen screen, string what, bool quiet, Func<IProgress<VerificationProgress>?, Task<T>> run)
    {
        if (quiet || screen.Terminal is null)
        {
            return await run(null);
        }

        return await screen.Terminal.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => run(new Bar(context.AddTask(what))));
    }

    private sealed class Bar(ProgressTask task) : IProgress<VerificationProgress>
    {
        public void Report(VerificationProgress value)
        {
            task.MaxValue = Math.Max(1, value.Size);
            task.Value = value.Entries;
        }
    }
}
