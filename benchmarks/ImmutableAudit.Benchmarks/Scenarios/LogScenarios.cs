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

    public static Scenario OpenAfterKill(string log, long entries) =>
        new("open-after-kill", AppendScenarios.Unit, [new OpenAfterKillSubject(log, entries)]);
}
