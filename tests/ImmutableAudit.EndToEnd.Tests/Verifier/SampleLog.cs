using System.Security.Cryptography;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary>A log on disk with its key, written by the library, in a directory that is gone after the test.</summary>
internal sealed class SampleLog : IDisposable
{
    public const string Origin = "shop.example/audit";

    private readonly string _root = System.IO.Directory.CreateTempSubdirectory("immutable-audit-cli-").FullName;
    private readonly EcdsaNoteSigner _signer = new(Origin, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public string Directory => Path("log");

    public string Key => _signer.Verifier.ToVerifierKey();

    public string KeyName => $"{Origin}+{_signer.Verifier.KeyId:x8}";

    public string Path(string name) => System.IO.Path.Combine(_root, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(Path(name), text);
        return Path(name);
    }

    /// <summary>A log with this many small events, appended at once.</summary>
    public static async Task<SampleLog> OfAsync(int size)
    {
        var log = new SampleLog();
        await log.AppendAsync([.. Enumerable.Range(0, size).Select(i => Event($"order-{i}"))]);
        return log;
    }

    public static AuditEvent Event(string order, string actor = "alice", string action = "orders.read", string? outcome = null) => new()
    {
        Actor = new AuditSubject { Id = actor },
        Action = action,
        Resource = new AuditResource { Type = "order", Id = order },
        Outcome = outcome,
    };

    public async Task AppendAsync(params AuditEvent[] events)
    {
        await using var log = await OpenAsync();
        if (events.Length > 0)
        {
            await log.AppendAsync(events);
        }
    }

    /// <summary>Has guards write to the log.</summary>
    public async Task WithGuardsAsync(Action<AccessPolicyBuilder> policy, Func<AccessGuard, Task> act)
    {
        await using var log = await OpenAsync();
        await using var guard = await AccessGuard.OpenAsync(log, [], policy);
        await act(guard);
    }

    /// <summary>Changes a file of the log behind its back.</summary>
    public void Alter(string file, Func<byte[], byte[]> change)
    {
        var path = System.IO.Path.Combine(Directory, file);
        var changed = change(File.ReadAllBytes(path));
        File.Delete(path);
        File.WriteAllBytes(path, changed);
    }

    /// <summary>Turns one byte of an entry's text into another.</summary>
    public void AlterText(string file, string from, string to) => Alter(file, bytes =>
    {
        var text = System.Text.Encoding.Latin1.GetString(bytes);
        Assert.Contains(from, text, StringComparison.Ordinal);
        return System.Text.Encoding.Latin1.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
    });

    private Task<AuditLog> OpenAsync() => AuditLog.OpenAsync(new AuditLogOptions
    {
        Origin = Origin,
        Sink = new FileSystemSink(Directory),
        Signers = { _signer },
    });

    public void Dispose()
    {
        _signer.Dispose();
        System.IO.Directory.Delete(_root, recursive: true);
    }
}
