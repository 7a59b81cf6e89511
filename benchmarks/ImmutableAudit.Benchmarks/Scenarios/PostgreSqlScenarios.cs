using ImmutableAudit.Benchmarks.Subjects;

namespace ImmutableAudit.Benchmarks.Scenarios;

/// <summary>A log in PostgreSQL.</summary>
internal static class PostgreSqlScenarios
{
    public static IEnumerable<Scenario> All(string server, long entries) =>
    [
        Append(1, server),
        Append(64, server, new PostgreSqlProcesses(server, 4), new PostgreSqlProcesses(server, 1)),
        new Scenario("postgresql-verify", AppendScenarios.Unit, [new PostgreSqlVerifySubject(server, entries)]),
    ];

    private static Scenario Append(int producers, string server, params IEnumerable<ISubject> more) => new(
        $"postgresql-{producers}", AppendScenarios.Unit, [new PostgreSqlSinkSubject(server), new PostgreSqlSubject(server), .. more])
    {
        Producers = producers,
    };
}
