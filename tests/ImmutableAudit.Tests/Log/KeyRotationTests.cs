using System.Security.Cryptography;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Log;

/// <summary>Keys rotate without an end of the log (LOG.md L20).</summary>
public sealed class KeyRotationTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly EcdsaNoteSigner _next = new(TestLogs.Origin, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public void Dispose()
    {
        _next.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task A_key_is_replaced_by_way_of_a_time_with_both()
    {
        var old = await RunAsync([_logs.Signer], []);
        await RunAsync([_logs.Signer, _next], []);
        var both = await RunAsync([_logs.Signer, _next], []);
        await RunAsync([_next], [_logs.Key]);
        var last = await RunAsync([_next], []);

        await using var log = await OpenAsync([_next], []);
        var changes = await log.ReadAsync().Where(entry => entry.Type == "key.changed").ToListAsync();
        Assert.Equal([1L, 4L], changes.Select(change => change.Index));
        AssertChange(changes[0], [_logs.Key], [_logs.Key, _next.Verifier]);
        AssertChange(changes[1], [_logs.Key, _next.Verifier], [_next.Verifier]);

        var result = await new LogVerifier(LogReader.Open(_logs.LogDirectory), new LogVerificationOptions
        {
            Keys = [_logs.Key, _next.Verifier],
            Since = [old, both, last],
        }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        Assert.Equal([1, 2, 1], result.ConsistentSince.Select(since => since.Signers.Count));
        Assert.Equal([_next.Verifier.KeyId], result.Signers.Select(signer => signer.KeyId));
    }

    [Fact]
    public async Task A_key_that_is_not_accepted_any_more_opens_nothing()
    {
        await RunAsync([_logs.Signer], []);
        await Assert.ThrowsAsync<AuditLogRollbackException>(() => OpenAsync([_next], []));
        Directory.Delete(_logs.KeyDirectory, recursive: true);
        await Assert.ThrowsAsync<AuditLogMismatchException>(() => OpenAsync([_next], []));
    }

    [Fact]
    public async Task Nothing_is_signed_by_a_new_key_before_the_change_is_on_record()
    {
        var store = new InMemoryStore();
        await using var before = await _logs.OpenInMemoryAsync(store, options => options.CheckpointInterval = TimeSpan.FromDays(1));
        await before.AppendAsync(TestLogs.Event(0));
        await before.FlushAsync();
        await before.AppendAsync(TestLogs.Event(1)); // Committed, and not published: as after a crash.
        var sink = new InterceptedSink(new InMemorySink(store)) { Completing = _ => throw new AuditUnavailableException("No room. Nothing was appended.") };
        await Assert.ThrowsAsync<AuditUnavailableException>(() => AuditLog.OpenAsync(_logs.Options(sink, WithNext)));

        await using var log = await AuditLog.OpenAsync(_logs.Options(new InMemorySink(store), WithNext));
        Assert.Equal("event event key.changed log.opened", string.Join(' ', await log.ReadAsync().Select(entry => entry.Type).ToListAsync()));

        void WithNext(AuditLogOptions options)
        {
            options.Signers.Clear();
            options.Signers.Add(_next);
            options.AcceptedKeys.Add(_logs.Key);
            options.RecordSessions = true;
        }
    }

    [Fact]
    public async Task A_run_that_could_not_be_put_on_record_does_not_end_there()
    {
        var store = new InMemoryStore();
        await (await _logs.OpenInMemoryAsync(store)).DisposeAsync();
        var sink = new InterceptedSink(new InMemorySink(store));
        sink.Completing = _ =>
        {
            sink.Completing = null; // And the next would succeed.
            throw new AuditUnavailableException("No room. Nothing was appended.");
        };
        await using (var failed = new AuditLog(_logs.Options(sink, options => options.RecordSessions = true)))
        {
            await Assert.ThrowsAsync<AuditUnavailableException>(() => failed.OpenAsync(default));
            await Assert.ThrowsAsync<AuditUnavailableException>(() => failed.OpenAsync(default)); // Nor is it open the second time.
        }

        await using var log = await _logs.OpenInMemoryAsync(store);
        Assert.Equal(0, log.Size);
    }

    private static void AssertChange(AuditEntry entry, INoteVerifier[] from, INoteVerifier[] to)
    {
        using var details = System.Text.Json.JsonDocument.Parse(entry.Event.Details!.Utf8);
        string Keys(string member) => string.Join(' ', details.RootElement.GetProperty(member).EnumerateArray().Select(key => key.GetString()));
        Assert.Equal(string.Join(' ', from.Select(key => key.ToVerifierKey())), Keys("from"));
        Assert.Equal(string.Join(' ', to.Select(key => key.ToVerifierKey())), Keys("to"));
    }

    private async Task<SignedCheckpoint> RunAsync(EcdsaNoteSigner[] signers, INoteVerifier[] accepted)
    {
        await using var log = await OpenAsync(signers, accepted);
        await log.AppendAsync(TestLogs.Event(0));
        return await log.FlushAsync();
    }

    private Task<AuditLog> OpenAsync(EcdsaNoteSigner[] signers, INoteVerifier[] accepted) => _logs.OpenAsync(options =>
    {
        options.Signers.Clear();
        Array.ForEach(signers, options.Signers.Add);
        Array.ForEach(accepted, options.AcceptedKeys.Add);
    });
}
