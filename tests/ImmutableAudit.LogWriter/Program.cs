// A writer in a process of its own, for tests that kill it, lock it out, or let another client read what it wrote.
using ImmutableAudit;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage.FileSystem;

const string Origin = "test.example/log";
const string Usage = """
    ImmutableAudit.LogWriter append DIR KEYPEM COUNT   appends COUNT events and ends
    ImmutableAudit.LogWriter flood DIR KEYPEM          warms up, prints "ready", opens the log at the first line on standard input, and
                                                       appends until killed; prints "INDEX LEAFHASH" for each acknowledged entry
    ImmutableAudit.LogWriter hold DIR KEYPEM           opens the log and holds it until standard input ends; appends for each line
    The log is named test.example/log. The key is made where there is none; checkpoints are remembered in DIR-keys.
    """;

if (args is not [var verb, var directory, var pem, ..])
{
    await Console.Error.WriteLineAsync(Usage);
    return 2;
}

using var signer = File.Exists(pem) ? EcdsaNoteSigner.FromPemFile(Origin, pem) : EcdsaNoteSigner.CreatePemFile(Origin, pem);
if (verb == "flood")
{
    // So that a short life is spent writing, not compiling.
    var trial = $"{directory}-trial-{Environment.ProcessId}";
    await using (var warm = await OpenAsync(trial))
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(producer => ProduceAsync(warm, producer, TextWriter.Null, 5)));
    }

    Directory.Delete(trial, recursive: true);
    Directory.Delete(trial + "-keys", recursive: true);
    await Console.Out.WriteLineAsync("ready");
    await Console.In.ReadLineAsync();
}

await using var log = await OpenAsync(directory);
switch (args)
{
    case ["append", _, _, var count]:
        await AppendAsync(long.Parse(count));
        return 0;
    case ["flood", _, _]:
        await using (var output = new StreamWriter(Console.OpenStandardOutput()))
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(producer => Task.Run(() => ProduceAsync(log, producer, output, int.MaxValue))));
        }

        return 0;
    case ["hold", _, _]:
        await Console.Out.WriteLineAsync("open");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            await Console.Out.WriteLineAsync($"{(await log.AppendAsync(Event(line))).Index}");
        }

        return 0;
    default:
        await Console.Error.WriteLineAsync(Usage);
        return 2;
}

Task<AuditLog> OpenAsync(string path) => AuditLog.OpenAsync(new AuditLogOptions
{
    Origin = Origin,
    Sink = new FileSystemSink(path, new FileSystemSinkOptions { JournalCapacity = 4 * 1024 * 1024 }),
    Signers = { signer },
    Observers = { new CheckpointFileObserver(path + "-keys") },
    CheckpointInterval = TimeSpan.FromMilliseconds(20),
});

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

// In every way there is: batches cross the borders of bundles, singles share commits, what is posted comes between.
async Task ProduceAsync(AuditLog log, int producer, TextWriter output, int rounds)
{
    var encoded = EncodedEvent.Create(Event($"{producer}"));
    for (var i = 0; i < rounds; i++)
    {
        IReadOnlyList<AuditReceipt> receipts = producer switch
        {
            0 => await log.AppendAsync([.. Enumerable.Range(0, 100).Select(j => Event($"{producer}-{i}-{j}"))]),
            1 => [await log.AppendAsync(encoded)],
            2 => [(await log.AppendIfAsync(Event($"{producer}-{i}"), _ => true)).Receipt],
            3 => [log.Append(Event($"{producer}-{i}"))],
            _ => [await log.AppendAsync(Event($"{producer}-{i}"))],
        };
        if (producer == 4)
        {
            await log.PostAsync(encoded);
        }

        lock (output)
        {
            foreach (var receipt in receipts)
            {
                output.WriteLine($"{receipt.Index} {receipt.LeafHash}");
            }

            output.Flush();
        }
    }
}
