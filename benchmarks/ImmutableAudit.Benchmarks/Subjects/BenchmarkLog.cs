using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>A log in a directory, its key beside it.</summary>
internal static class BenchmarkLog
{
    private const string Origin = "benchmark.example/audit";

    /// <summary>Entries appended in one call while a log is filled.</summary>
    private const int FillBatch = 10_000;

    public static Task<AuditLog> OpenAsync(string directory, TimeSpan? interval = null)
    {
        var options = new AuditLogOptions
        {
            Origin = Origin,
            Sink = new FileSystemSink(directory),
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
        var batch = Enumerable.Repeat(BenchmarkEntry.Encoded, FillBatch).ToArray();
        while (log.Size < entries)
        {
            await log.AppendAsync(batch[..(int)Math.Min(FillBatch, entries - log.Size)]);
        }

        return directory;
    }

    private static EcdsaNoteSigner Signer(string directory)
    {
        var file = Path.Combine(KeyDirectory(directory), "audit.pem");
        return File.Exists(file) ? EcdsaNoteSigner.FromPemFile(Origin, file) : EcdsaNoteSigner.CreatePemFile(Origin, file);
    }

    private static string KeyDirectory(string directory) => directory + "-keys";
}
