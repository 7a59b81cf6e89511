using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Tampering;

/// <summary>
/// A log whose process died: full and partial tiles and bundles, several commits in the journal, the last of them not
/// published. All its files and those beside its key, and what they were before, are held in memory.
/// </summary>
internal sealed class CrashedLog : IDisposable
{
    public const string LogPrefix = "log/";

    private const int FirstSize = 290;
    private const int CommitSize = 3;
    private const int Commits = 3;

    private readonly TestLogs _logs = new(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath());

    private CrashedLog() => Signer = new RememberingSigner(_logs.Signer);

    /// <summary>Entries of the published checkpoint.</summary>
    public const int PublishedSize = FirstSize + (Commits * CommitSize);

    /// <summary>Entries that were acknowledged.</summary>
    public const int Size = PublishedSize + (Commits * CommitSize);

    /// <summary>Entries of the last commit.</summary>
    public const int LastCommit = CommitSize;

    /// <summary>The files at the end, by path: <c>log/…</c> and <c>keys/…</c>.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; private set; } = new Dictionary<string, byte[]>(StringComparer.Ordinal);

    /// <summary>The files at earlier times, the latest first.</summary>
    public List<IReadOnlyDictionary<string, byte[]>> Earlier { get; } = [];

    public INoteSigner Signer { get; }

    public INoteVerifier Key => Signer.Verifier;

    public SignedCheckpoint Published => SignedCheckpoint.Parse(Files["log/checkpoint"]);

    public static async Task<CrashedLog> CreateAsync()
    {
        var crashed = new CrashedLog();
        var root = crashed._logs.Root;
        await using (var log = await crashed.OpenAsync(root))
        {
            await log.AppendAsync([.. Enumerable.Range(0, FirstSize).Select(Event)]);
        }

        crashed.Earlier.Add(Read(root));
        var told = new Told();
        await using (var log = await crashed.OpenAsync(root, options => options.Observers.Add(told)))
        {
            for (var commit = 0; commit < 2 * Commits; commit++)
            {
                await log.AppendAsync([.. Enumerable.Range((int)log.Size, CommitSize).Select(Event)]);
                if (commit == Commits - 1)
                {
                    await log.FlushAsync();
                    await told.OfPublished;
                    crashed.Earlier.Insert(0, Read(root));
                }
            }

            crashed.Files = Read(root);
        }

        return crashed;
    }

    public static AuditEvent Event(int number) => new() { Actor = new AuditSubject { Id = "a" }, Action = $"{number}" };

    /// <summary>A place on disk of its own, with all files in it.</summary>
    public string Restore(string name, IReadOnlyDictionary<string, byte[]>? files = null)
    {
        var root = Path.Combine(_logs.Root, name);
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }

        foreach (var (path, bytes) in files ?? Files)
        {
            var file = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }

        return root;
    }

    /// <summary>Opens for writing, with the memory beside the key.</summary>
    public Task<AuditLog> OpenAsync(string root, Action<AuditLogOptions>? configure = null)
    {
        var options = new AuditLogOptions
        {
            Origin = TestLogs.Origin,
            Sink = new FileSystemSink(Path.Combine(root, "log"), new FileSystemSinkOptions { JournalCapacity = FileSystemSinkOptions.MinJournalCapacity }),
            Signers = { Signer },
            Observers = { new CheckpointFileObserver(Path.Combine(root, "keys")) },
            CheckpointInterval = TimeSpan.FromDays(1),
        };
        configure?.Invoke(options);
        return AuditLog.OpenAsync(options);
    }

    public void Dispose() => _logs.Dispose();

    /// <summary>All files below a directory. The lock of an open log cannot be read, and has nothing in it.</summary>
    private static Dictionary<string, byte[]> Read(string root) => Directory
        .EnumerateFiles(root, "*", SearchOption.AllDirectories)
        .ToDictionary(
            file => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'),
            file => Path.GetFileName(file) == "lock" ? [] : File.ReadAllBytes(file),
            StringComparer.Ordinal);

    /// <summary>The last observer in the list: when it is told, the others have been.</summary>
    private sealed class Told : ICheckpointObserver
    {
        private readonly TaskCompletionSource _published = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task OfPublished => _published.Task;

        public ValueTask<SignedCheckpoint?> LatestAsync(string origin, CancellationToken cancellationToken = default) => new((SignedCheckpoint?)null);

        public ValueTask ObserveAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken = default)
        {
            if (checkpoint.Checkpoint.Size == PublishedSize)
            {
                _published.TrySetResult();
            }

            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Does not check the same signature of the same text twice: tens of thousands of logs differ in other bytes.</summary>
    private sealed class RememberingSigner(INoteSigner signer) : INoteSigner, INoteVerifier
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _answers = new(StringComparer.Ordinal);

        public INoteVerifier Verifier => this;

        public string Name => signer.Verifier.Name;

        public uint KeyId => signer.Verifier.KeyId;

        public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken = default) =>
            signer.SignAsync(text, cancellationToken);

        public bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature)
        {
            var asked = $"{Convert.ToHexString(text)} {Convert.ToHexString(signature)}";
            if (!_answers.TryGetValue(asked, out var answer))
            {
                _answers[asked] = answer = signer.Verifier.Verify(text, signature);
            }

            return answer;
        }

        public string ToVerifierKey() => signer.Verifier.ToVerifierKey();
    }
}
