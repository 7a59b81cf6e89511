// One of several writers of a log in PostgreSQL, in a process of its own, for tests that suspend it.
using System.Globalization;
using System.Runtime.InteropServices;
using ImmutableAudit;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.PostgreSql.LogWriter;
using ImmutableAudit.Storage.PostgreSql;

const string Origin = "test.example/log";
const string Usage = """
    ImmutableAudit.PostgreSql.LogWriter CONNECTION SCHEMA KEYPEM NAME PRODUCERS APPENDS MAXCOMMITMS TURNMS STOPAT
    Opens the log test.example/log, prints "ready", waits for a line on standard input, and lets each producer append so many events. Suspends
    itself (SIGSTOP) while its commit number STOPAT is open; 0: never. At the end prints "PRODUCER NUMBER INDEX LEAFHASH" for each acknowledged
    entry, and ends with 0 if every append succeeded.
    """;

if (args is not [var connection, var schema, var pem, var name, var producers, var appends, var maxCommit, var turn, var stopAt])
{
    await Console.Error.WriteLineAsync(Usage);
    return 2;
}

using var signer = EcdsaNoteSigner.FromPemFile(Origin, pem);
var sink = new PausingSink(
    new PostgreSqlSink(connection, new PostgreSqlSinkOptions
    {
        Schema = schema,
        MaxCommitTime = TimeSpan.FromMilliseconds(Number(maxCommit)),
        TurnTime = TimeSpan.FromMilliseconds(Number(turn)),
    }),
    Number(stopAt),
    () => _ = Raise(19));
await using var log = await AuditLog.OpenAsync(new AuditLogOptions { Origin = Origin, Sink = sink, Signers = { signer } });
await Console.Out.WriteLineAsync("ready");
await Console.In.ReadLineAsync();

var lines = await Task.WhenAll(Enumerable.Range(0, Number(producers)).Select(producer => Task.Run(() => ProduceAsync(producer))));
await using var output = new StreamWriter(Console.OpenStandardOutput());
foreach (var line in lines.SelectMany(line => line))
{
    await output.WriteLineAsync(line);
}

return 0;

// Several at once are on their way, as from a busy server; what one producer appends stays in its order. One of them appends batches.
async Task<List<string>> ProduceAsync(int producer)
{
    const int AtOnce = 64;
    var acknowledged = new List<string>();
    var under = new Queue<(int Number, Task<AuditReceipt> Receipt)>();
    for (var i = 0; i < Number(appends);)
    {
        if (producer == 0)
        {
            var batch = Enumerable.Range(i, Math.Min(AtOnce, Number(appends) - i)).ToList();
            var receipts = await log.AppendAsync([.. batch.Select(number => Event(producer, number))]);
            acknowledged.AddRange(batch.Zip(receipts, (number, receipt) => Line(producer, number, receipt)));
            i += batch.Count;
            continue;
        }

        under.Enqueue((i, log.AppendAsync(Event(producer, i++)).AsTask()));
        if (under.Count == AtOnce)
        {
            await TakeAsync();
        }
    }

    while (under.Count > 0)
    {
        await TakeAsync();
    }

    return acknowledged;

    async Task TakeAsync()
    {
        var (number, receipt) = under.Dequeue();
        acknowledged.Add(Line(producer, number, await receipt));
    }
}

AuditEvent Event(int producer, int number) => new()
{
    Actor = new AuditSubject { Id = name, Kind = "process" },
    Action = "test.append",
    Resource = new AuditResource { Type = "number", Id = $"{name}-{producer}-{number}" },
};

static string Line(int producer, int number, AuditReceipt receipt) => $"{producer} {number} {receipt.Index} {receipt.LeafHash}";

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

// To this very thread: it gets no further before the process is suspended.
[DllImport("libc", EntryPoint = "raise")]
[DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
static extern int Raise(int signal);
