using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Support;

/// <summary>Verifications as tests make them, in one line.</summary>
internal static class Verify
{
    public static Task<LogVerificationResult> LogAsync(ILogReader log, TestKey key, params SignedCheckpoint[] since) =>
        new LogVerifier(log, new LogVerificationOptions { Keys = [key.Verifier], Since = since }).VerifyAsync();

    public static async Task<VerificationFailure> FailureAsync(ILogReader log, TestKey key, params SignedCheckpoint[] since)
    {
        var result = await LogAsync(log, key, since);
        Assert.False(result.Holds);
        Assert.Empty(result.ConsistentSince);
        Assert.Null(result.FirstTime);
        return result.Failure;
    }
}
