using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.InMemory;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>A log in a directory, its key beside it.</summary>
internal static class BenchmarkLog
{
    /// <summary>Capacity of a journal that does not fill up within a window, however far publishing lags: where it is full, who appends waits.</summary>
    public const long RoomForAWindow = 4L * 1024 * 1024 * 1024;

    private const string Origin = "benchmark.example/audit";

    /// <summary>Entries appended in one call while a log is filled.</summary>
    private const int FillBatch = 10_000;

    private const string LockFile = "lock";

    /// <summary>The same for a log that is killed: of the size that a thousand producers at once make a commit.</summary>
    private const int KilledBatch = 1_000;

    public static Task<AuditLog> OpenAsync(string directory, TimeSpan? interval = null) => OpenAsync(directory, new FileSystemSink(directory), interval);

    /// <summary>A log in memory, whose key alone is in files.</summary>
    public static Task<AuditLog> OpenInMemoryAsync(string directory) => OpenAsync(directory, new InMemorySink(), null);

    /// <summary>A log in a sink, whose key is in a directory beside the one named.</summary>
    public static Task<AuditLog> OpenAsync(string directory, IAuditSink sink, TimeSpan? interval = null)
    {
        var options = new AuditLogOptions
        {
            Origin = Origin,
            Sink = sink,
            Signers = { Signer(directory) },
            Observers = { new CheckpointFileObserver(KeyDirectory(directory)) },
        };
        options.CheckpointInterval = interval ?? options.CheckpointInterval;
        return AuditLog.OpenAsync(options);
    }

    /// <summary>The public half of the log's key.</summary>
    public static INoteVerifier Key(string directory) => Signer(directory).Verifier;

    /// <summary>A log of so many entries, which is made where it is not there, and cleanly closed.</summary>
    public static async Task<string> PrepareAsync(string root, long entries)
    {
        var directory = Path.Combine(root, $"log-{entries}");
        await using var log = await OpenAsync(directory);
        await FillAsync(log, entries);
        return directory;
    }

    /// <summary>Appends until a log has so many entries.</summary>
    public static Task FillAsync(AuditLog log, long entries) => FillAsync(log, entries, FillBatch);

    /// <summary>
    /// A log whose writer was killed when it had committed so many entries and published none: files copied while it was open,
    /// which are what the next process finds. Made where it is not there.
    /// </summary>
    public static async Task<string> PrepareKilledAsync(string root, long entries)
    {
        var directory = Path.Combine(root, $"killed-{entries}");
        if (!Directory.Exists(directory))
        {
            var running = directory + "-running";
            Delete(running);
            var log = await OpenAsync(running, TimeSpan.FromDays(1));
            await using (log)
            {
                await FillAsync(log, entries, KilledBatch);
                Delete(directory + ".tmp");
                Copy(running, directory + ".tmp");
            }

            Delete(running);
            Directory.Move(KeyDirectory(directory + ".tmp"), KeyDirectory(directory));
            Directory.Move(directory + ".tmp", directory);
        }

        return directory;
    }

    /// <summary>Copies a log and its key, and flushes the copy, so that nobody who is measured pays for it.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var (source, target) in new[] { (from, to), (KeyDirectory(from), KeyDirectory(to)) })
        {
            // The running writer's lock cannot be read, and locks nothing in a copy (LOG.md L17).
            foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != LockFile))
            {
                var copy = Path.Combine(target, Path.GetRelativePath(source, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
                using var handle = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite);
                RandomAccess.FlushToDisk(handle);
            }
        }
    }

    private static async Task FillAsync(AuditLog log, long entries, int batchSize)
    {
        var batch = Enumerable.Repeat(BenchmarkEntry.Encoded, batchSize).ToArray();
        while (log.Size < entries)
        {
            await log.AppendAsync(batch[..(int)Math.Min(batchSize, entries - log.Size)]);
        }
    }

    private static void Delete(string directory)
    {
        foreach (var one in new[] { directory, KeyDirectory(directory) }.Where(Directory.Exists))
        {
            Directory.Delete(one, recursive: true);
        }
    }

    private static EcdsaNoteSigner Signer(string directory)
    {
        var file = Path.Combine(KeyDirectory(directory), "audit.pem");
        return File.Exists(file) ? EcdsaNoteSigner.FromPemFile(Origin, file) : EcdsaNoteSigner.CreatePemFile(Origin, file);
    }

    private static string KeyDirectory(string directory) => directory + "-keys";
}
