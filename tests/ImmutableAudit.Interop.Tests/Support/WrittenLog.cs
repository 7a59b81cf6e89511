using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Interop.Tests.Support;

/// <summary>A log that grows by one process after the other (tests/ImmutableAudit.LogWriter), and what an auditor kept of it.</summary>
internal sealed class WrittenLog : IDisposable
{
    private const string Origin = "test.example/log";

    private readonly string _root = Directory.CreateTempSubdirectory("immutableaudit-interop-").FullName;
    private readonly List<string> _kept = [];

    public string Path => In("log");

    public string KeyFile => In("key.vkey");

    /// <summary>A checkpoint from after each run, oldest first: files.</summary>
    public IReadOnlyList<string> Kept => _kept;

    public string In(string name) => System.IO.Path.Combine(_root, name);

    /// <summary>One run of the writer's process.</summary>
    public async Task AppendAsync(int count)
    {
        var writer = AppContext.BaseDirectory.Replace("ImmutableAudit.Interop.Tests", "ImmutableAudit.LogWriter", StringComparison.Ordinal);
        var (exitCode, output) = await ChildProcess.RunAsync(
            "dotnet", System.IO.Path.Combine(writer, "ImmutableAudit.LogWriter.dll"), "append", Path, In("key.pem"), count.ToString());
        Assert.True(exitCode == 0, output);

        _kept.Add(In($"checkpoint-{_kept.Count}"));
        File.Copy(System.IO.Path.Combine(Path, "checkpoint"), _kept[^1]);
    }

    /// <summary>Opens the log in this process.</summary>
    public async Task<AuditLog> OpenAsync() => await AuditLog.OpenAsync(new AuditLogOptions
    {
        Origin = Origin,
        Sink = new FileSystemSink(Path),
        Signers = { EcdsaNoteSigner.FromPemFile(Origin, In("key.pem")) },
    });

    /// <summary>Portable proofs of some entries: files.</summary>
    public async Task<IReadOnlyList<string>> ProveAsync(params long[] indexes)
    {
        await using var log = await OpenAsync();
        var files = new List<string>();
        foreach (var index in indexes)
        {
            files.Add(In($"entry-{index}.tlog-proof"));
            await File.WriteAllBytesAsync(files[^1], (await log.ProveAsync(index)).ToBytes());
        }

        return files;
    }

    /// <summary>A copy of the directory, to be tampered with.</summary>
    public string Copy(string name)
    {
        foreach (var file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
        {
            var copy = System.IO.Path.Combine(In(name), System.IO.Path.GetRelativePath(Path, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            using var target = File.Create(copy);
            using var source = File.OpenRead(file);
            source.CopyTo(target);
        }

        return In(name);
    }

    /// <summary>Another log, empty, with the same name and key: what its owner could put in the place of this one.</summary>
    public WrittenLog WithSameKey()
    {
        var other = new WrittenLog();
        File.Copy(In("key.pem"), other.In("key.pem"));
        File.Copy(KeyFile, other.KeyFile);
        return other;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
