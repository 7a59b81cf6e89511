using ImmutableAudit.Verification;
using Spectre.Console;

namespace ImmutableAudit.Verifier.Output;

/// <summary>Shows how far a verification has come, where somebody watches.</summary>
internal static class ProgressBar
{
    public static async Task<LogVerificationResult> VerifyAsync(
        this Screen screen, LogVerifier verifier, bool quiet, CancellationToken cancellationToken, IEntryVisitor? visitor = null)
    {
        if (quiet || screen.Terminal is null)
        {
            return await VerifyAsync(null);
        }

        return await screen.Terminal.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => VerifyAsync(new Bar(context.AddTask("Verifying"))));

        Task<LogVerificationResult> VerifyAsync(Bar? bar) => visitor is null
            ? verifier.VerifyAsync(bar, cancellationToken)
            : verifier.VerifyAsync(visitor, bar, cancellationToken);
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
