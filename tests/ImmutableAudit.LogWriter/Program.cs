// A writer in a process of its own, for tests that kill it, lock it out, or let another client read what it wrote.
using ImmutableAudit;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage.FileSystem;

const string Origin = "test.example/log";
const string Usage = """
    ImmutableAudit.LogWriter append DIR KEYPEM COUNT   appends COUNT events and ends
    ImmutableAudit.LogWriter flood DIR KEYPEM          appends until killed; prints "INDEX LEAFHASH" for each acknowledged entry
    ImmutableAudit.LogWriter hold DIR KEYPEM           opens the log and holds it until standard input ends
    The log is named test.example/log. The key is made where there is none; checkpoints are remembered in DIR-keys.
    """;

if (args is not [var verb, var directory, var pem, ..])
{
    await Console.Error.WriteLineAsync(Usage);
    return 2;
}

using var signer = File.Exists(pem) ? EcdsaNoteSigner.FromPemFile(Origin, pem) : EcdsaNoteSigner.CreatePemFile(Origin, pem);
await using var log = await AuditLog.OpenAsync(new AuditLogOptions
{
    Origin = Origin,
    Sink = new FileSystemSink(directory, new FileSystemSinkOptions { JournalCapacity = 4 * 1024 * 1024 }),
    Signers = { signer },
    Observers = { new CheckpointFileObserver(directory + "-keys") },
    CheckpointInterval = TimeSpan.FromMilliseconds(20),
});

switch (args)
{
    case ["append", _, _, var count]:
        await AppendAsync(long.Parse(count));
        return 0;
    case ["flood", _, _]:
        await FloodAsync();
        return 0;
    case ["hold", _, _]:
        await Console.Out.WriteLineAsync("open");
        await Console.In.ReadToEndAsync();
        return 0;
    default:
        await Console.Error.WriteLineAsync(Usage);
        return 2;
}

AuditEvent Event(string id) => new()
{
    Actor = new AuditSubject { Id = "writer", Kind = "process" },
    Action = "test.append",
    Resource = new AuditResource { Type = "number", Id = id },
};

async Task AppendAsync(long count)
{
    var start = log.Size;
    for (long done = 0; done < count; done += 1000)
    {
        await log.AppendAsync([.. Enumerable.Range(0, (int)Math.Min(1000, count - done)).Select(i => Event($"{start + done + i}"))]);
    }
}

async Task FloodAsync()
{
    // Singly and in batches: batches cross the borders of bundles, singles share commits.
    var producers = Enumerable.Range(0, 6).Select(producer => Task.Run(async () =>
    {
        for (var i = 0; ; i++)
        {
            var receipts = producer == 0
                ? await log.AppendAsync([.. Enumerable.Range(0, 100).Select(j => Event($"{producer}-{i}-{j}"))])
                : [await log.AppendAsync(Event($"{producer}-{i}"))];
            lock (Console.Out)
            {
                foreach (var receipt in receipts)
                {
                    Console.Out.WriteLine($"{receipt.Index} {receipt.LeafHash}");
                }

                Console.Out.Flush();
            }
        }
    }));
    await Task.WhenAll(producers);
}
