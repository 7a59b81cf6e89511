using ImmutableAudit.Benchmarks.Subjects;

namespace ImmutableAudit.Benchmarks.Scenarios;

/// <summary>What is done with a log of some size.</summary>
internal static class LogScenarios
{
    public static Scenario Verify(string log, long entries) =>
        new("verify", AppendScenarios.Unit, [new VerifySubject(log, entries), new HashDataVerifySubject(log, entries)]);

    public static Scenario Prove(string log, long entries) => new("prove", "proofs/s", [new ProveSubject(log, entries)]);

    public static Scenario Check(string log, long entries) =>
        new("check", "checks/s", [new CheckSubject(log, entries), new VerifyDataSubject(log, entries)]);

    public static Scenario Open(string log) => new("open", "ms", [new OpenSubject(log)]);

    /// <summary>Opening the least-privilege layer: with as many entries about privileges alone and among others, and with next to none.</summary>
    public static async Task<Scenario> OpenGuardAsync(string directory, long privileged, long others) => new("open-guard", "ms",
    [
        new OpenGuardSubject("few", await PrivilegedLog.PrepareAsync(directory, 0, 0), FormattableString.Invariant($"A log of {PrivilegedLog.Grants:N0} live grants and little else.")),
        new OpenGuardSubject("alone", await PrivilegedLog.PrepareAsync(directory, privileged, 0), FormattableString.Invariant($"Of {privileged:N0} entries about privileges.")),
        new OpenGuardSubject("among", await PrivilegedLog.PrepareAsync(directory, privileged, others), FormattableString.Invariant($"Of as many among {others:N0} others.")),
    ]);

    public static Scenario OpenAfterKill(string log, long entries) =>
        new("open-after-kill", AppendScenarios.Unit, [new OpenAfterKillSubject(log, entries)]);
}
