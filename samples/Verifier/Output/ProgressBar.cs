using ImmutableAudit.Verification;
using Spectre.Console;

namespace ImmutableAudit.Verifier.Output;

/// <summary>Shows how far a verification has come, where somebody watches.</summary>
internal static class ProgressBar
{
    public static async Task<LogVerificationResult> VerifyAsync(
        this Screen screen, LogVerifier verifier, bool quiet, CancellationToken cancellationToken)
    {
        if (quiet || screen.Terminal is null)
        {
            return await verifier.VerifyAsync(progress: null, cancellationToken);
        }

        return await screen.Terminal.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => verifier.VerifyAsync(new Bar(context.AddTask("Verifying")), cancellationToken));
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
