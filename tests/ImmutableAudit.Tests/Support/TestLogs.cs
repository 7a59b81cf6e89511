using System.Security.Cryptography;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.InMemory;

namespace ImmutableAudit.Tests.Support;

/// <summary>Logs for tests: one key, events that tell their number, and a directory that is removed at the end.</summary>
internal sealed class TestLogs : IDisposable
{
    public const string Origin = "test.example/log";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestLogs(string? below = null)
    {
        Root = below is null
            ? Directory.CreateTempSubdirectory("immutableaudit-").FullName
            : Directory.CreateDirectory(Path.Combine(below, $"immutableaudit-{Guid.NewGuid():N}")).FullName;
        Signer = new EcdsaNoteSigner(Origin, _key);
    }

    public string Root { get; }

    public string LogDirectory => Path.Combine(Root, "log");

    public string KeyDirectory => Path.Combine(Root, "keys");

    public EcdsaNoteSigner Signer { get; }

    /// <summary>The same key under another log's name.</summary>
    public EcdsaNoteSigner SignerOf(string origin) => new(origin, _key, leaveOpen: true);

    public INoteVerifier Key => Signer.Verifier;

    public AuditLogOptions Options(IAuditSink sink, Action<AuditLogOptions>? configure = null)
    {
        var options = new AuditLogOptions { Origin = Origin, Sink = sink, Signers = { Signer } };
        configure?.Invoke(options);
        return options;
    }

    public Task<AuditLog> OpenAsync(Action<AuditLogOptions>? configure = null) =>
        AuditLog.OpenAsync(Options(new FileSystemSink(LogDirectory), options =>
        {
            options.Observers.Add(new CheckpointFileObserver(KeyDirectory));
            configure?.Invoke(options);
        }));

    public Task<AuditLog> OpenInMemoryAsync(InMemoryStore? store = null, Action<AuditLogOptions>? configure = null) =>
        AuditLog.OpenAsync(Options(new InMemorySink(store ?? new InMemoryStore()), configure));

    public static AuditEvent Event(long number, string? reason = null) => new()
    {
        Actor = new AuditSubject { Id = "alice", Kind = "user" },
        Action = "test.append",
        Resource = new AuditResource { Type = "number", Id = number.ToString() },
        Reason = reason,
    };

    /// <summary>The resources that the events are about, those of the log's own entries as <c>-</c>.</summary>
    public static string Labels(IEnumerable<AuditEntry> entries) => string.Join(' ', entries.Select(entry => entry.Event.Resource?.Id ?? "-"));

    public void Dispose()
    {
        Signer.Dispose();
        _key.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}
