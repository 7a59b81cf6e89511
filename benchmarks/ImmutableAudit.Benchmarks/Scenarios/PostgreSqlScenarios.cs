using ImmutableAudit.Benchmarks.Subjects;

namespace ImmutableAudit.Benchmarks.Scenarios;

/// <summary>A log in PostgreSQL.</summary>
internal static class PostgreSqlScenarios
{
    public static IEnumerable<Scenario> All(string server, long entries) =>
    [
        Append(1, server),
        Append(64, server),
        new Scenario(
            "postgresql-processes", AppendScenarios.Unit, [new PostgreSqlProcesses(server, 4), new PostgreSqlSubject(server), new PostgreSqlProcesses(server, 1)])
        {
            Producers = 64,
        },
        new Scenario("postgresql-verify", AppendScenarios.Unit, [new PostgreSqlVerifySubject(server, entries)]),
    ];

    private static Scenario Append(int producers, string server) => new(
        $"postgresql-{producers}", AppendScenarios.Unit, [new PostgreSqlSinkSubject(server), new PostgreSqlSubject(server)])
    {
        Producers = producers,
    };
}
