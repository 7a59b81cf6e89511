using ImmutableAudit.Benchmarks.Subjects;
using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Benchmarks.Scenarios;

/// <summary>Appending entries of 256 bytes.</summary>
internal static class AppendScenarios
{
    public const string Unit = "entries/s";

    /// <summary>Without pause: a minute where the others take five seconds.</summary>
    private const int SustainedLongerBy = 12;

    private const int BatchSize = 1_000;

    public static IEnumerable<Scenario> All(string? postgres) =>
    [
        Durable(1, postgres, new ImmutableAuditSubject("immutableaudit-commits", TimeSpan.FromDays(1))),
        Durable(8, postgres),
        Durable(64, postgres),
        Durable(1024, postgres, new ImmutableAuditSubject("immutableaudit-commits", TimeSpan.FromDays(1)), new SqliteSubject(BatchSize)),
        new Scenario("sustained-1024", Unit, [new ImmutableAuditSubject(), new PlainLoopSubject()])
        {
            Producers = 1024,
            LongerBy = SustainedLongerBy,
        },
        new Scenario("buffered", Unit,
        [
            new PostingSubject(ImmutableAuditSubject.DefaultName, CommitDurability.Buffered),
            new PostingSubject("immutableaudit-flushed", CommitDurability.Flushed),
            new SerilogFileSubject(),
        ]),
        new Scenario("harness", "operations/s", [new HarnessSubject(inTurn: false), new HarnessSubject(inTurn: true)]) { Producers = 64 },
    ];

    private static Scenario Durable(int producers, string? postgres, params IEnumerable<ISubject> more) => new(
        $"durable-{producers}",
        Unit,
        [new ImmutableAuditSubject(), new FloorSubject(), new SqliteSubject(1), .. more, new PostgreSqlSubject(postgres), new HashChainSubject()])
    {
        Producers = producers,
    };
}
