using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Verification;
using Microsoft.Extensions.DependencyInjection;

namespace ImmutableAudit.Testing;

/// <summary>
/// A log in memory for an application's own tests: with a key of its own, a clock that the test moves, and assertions about what is on
/// record. Use it as an <see cref="IAuditLog"/>, or give <see cref="Configure"/> to <c>AddImmutableAudit</c>: then it holds
/// what the application's services and guards record.
/// </summary>
/// <example>
/// <code>
/// await using var audit = await TestAuditLog.OpenAsync();
/// services.AddImmutableAudit(audit.Configure);
/// …
/// audit.AssertAllowed("orders.refund", subject: "alice", resource: "4711");
/// audit.AssertDenied("orders.purge", subject: "alice", code: DenialCode.Elevated);
/// audit.AssertVerifies();
/// </code>
/// </example>
/// <remarks>Thread-safe. The log itself is the real one: everything is hashed, signed and verifiable.</remarks>
public sealed class TestAuditLog : IAuditLog, IAsyncDisposable
{
    private const int MostListed = 50;

    private readonly InMemoryStore _store = new();
    private readonly Lock _gate = new();
    private readonly List<IServiceProvider> _hosts = [];
    private readonly EcdsaNoteSigner _signer;
    private AuditLog? _log;

    private TestAuditLog(string origin, TestClock clock)
    {
        Origin = origin;
        Clock = clock;
        _signer = new EcdsaNoteSigner(origin, ECDsa.Create(ECCurve.NamedCurves.nistP256));
    }

    /// <inheritdoc/>
    public string Origin { get; }

    /// <summary>The log's clock. It stands still until it is moved.</summary>
    public TestClock Clock { get; }

    /// <summary>The key by which the log's checkpoints verify.</summary>
    public INoteVerifier Key => _signer.Verifier;

    /// <summary>The log itself.</summary>
    public AuditLog Log => _log!;

    /// <inheritdoc/>
    public SignedCheckpoint LatestCheckpoint => Log.LatestCheckpoint;

    /// <summary>Everything on record, in order, the library's own entries included; also what nobody has waited for yet.</summary>
    public IReadOnlyList<AuditEntry> Entries
    {
        get
        {
            Settle();
            return [.. Log.ReadAsync().ToBlockingEnumerable()];
        }
    }

    /// <summary>Opens a new log.</summary>
    /// <param name="origin">Its name.</param>
    /// <param name="configure">Changes its options, as to put a <see cref="FaultySink"/> in front of its sink. Logs of <see cref="Configure"/> have theirs.</param>
    public static async Task<TestAuditLog> OpenAsync(string origin = "test.example/audit", Action<AuditLogOptions>? configure = null)
    {
        var audit = new TestAuditLog(origin, new TestClock());
        var options = new AuditLogOptions
        {
            Origin = origin,
            Sink = new InMemorySink(audit._store),
            Signers = { audit._signer },
            TimeProvider = audit.Clock,
        };
        configure?.Invoke(options);
        audit._log = await AuditLog.OpenAsync(options).ConfigureAwait(false);
        return audit;
    }

    /// <summary>For <c>services.AddImmutableAudit(audit.Configure)</c>: the host's log is this one, in any environment.</summary>
    public void Configure(AuditLogBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder
            .WithOrigin(Origin)
            .UseSink(CreateSink)
            .SignWith(_signer)
            .AllowTrialInProduction()
            .Configure(options => options.TimeProvider = Clock);
    }

    /// <summary>Some entry is this.</summary>
    /// <param name="action">What was done.</param>
    /// <param name="actor">Id of who did it; by default anybody.</param>
    /// <param name="resource">Id of what it was done to; by default anything.</param>
    /// <param name="outcome">How it ended; by default in any way.</param>
    /// <returns>The newest such entry.</returns>
    /// <exception cref="AuditAssertionException">None is.</exception>
    public AuditEntry AssertRecorded(string action, string? actor = null, string? resource = null, string? outcome = null) => Assert(
        entry => entry.Event.Action == action && IsOf(entry, actor, resource) && (outcome is null || entry.Event.Outcome == outcome),
        Sentence($"'{action}'", actor, resource, outcome is null ? null : $"with outcome '{outcome}'"));

    /// <summary>Some entry is what a condition says.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="what">The same in words, for the message.</param>
    /// <returns>The newest such entry.</returns>
    /// <exception cref="AuditAssertionException">None is.</exception>
    public AuditEntry AssertRecorded(Func<AuditEntry, bool> condition, string what = "entry of that kind")
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Assert(condition, what);
    }

    /// <summary>A permission was granted, and that is on record.</summary>
    /// <param name="permission">The permission.</param>
    /// <param name="subject">Id of whom it was granted to; by default anybody.</param>
    /// <param name="resource">Id of what it was about; by default anything.</param>
    /// <returns>The newest such decision.</returns>
    /// <exception cref="AuditAssertionException">It was not.</exception>
    public AuditEntry AssertAllowed(string permission, string? subject = null, string? resource = null) => Assert(
        entry => entry.Type == "access.allowed" && entry.Permission == permission && IsOf(entry, subject, resource),
        Sentence($"permission of '{permission}'", subject, resource, null));

    /// <summary>A permission was denied, and that is on record.</summary>
    /// <param name="permission">The permission.</param>
    /// <param name="subject">Id of whom it was denied to; by default anybody.</param>
    /// <param name="resource">Id of what it was about; by default anything.</param>
    /// <param name="code">One of the reasons, such as <see cref="Privilege.DenialCode.NotGranted"/>; by default any.</param>
    /// <returns>The newest such decision.</returns>
    /// <exception cref="AuditAssertionException">It was not.</exception>
    public AuditEntry AssertDenied(string permission, string? subject = null, string? resource = null, string? code = null) => Assert(
        entry => entry.Type == "access.denied" && entry.Permission == permission && IsOf(entry, subject, resource)
            && (code is null || $" {entry.Event.Reason}".Contains($" {code}: ", StringComparison.Ordinal)),
        Sentence($"denial of '{permission}'", subject, resource, code is null ? null : $"for the reason '{code}'"));

    /// <summary>The application has put nothing on record: no event of its own, and no decision. What the library says of itself (runs, the policy) may be there.</summary>
    /// <exception cref="AuditAssertionException">It has.</exception>
    public void AssertNothingRecorded()
    {
        var entries = Entries;
        if (entries.Any(entry => entry.Type == "event" || entry.Type.StartsWith("access.", StringComparison.Ordinal)))
        {
            throw Failed("Nothing was to be recorded.", entries);
        }
    }

    /// <summary>Publishes everything, and verifies the whole log as an auditor would.</summary>
    /// <exception cref="AuditAssertionException">It does not hold.</exception>
    public void AssertVerifies()
    {
        Settle();
        var result = VerifyAsync().GetAwaiter().GetResult();
        if (!result.Holds)
        {
            throw Failed($"The log does not verify: {result.Failure!.Message}", Entries);
        }
    }

    /// <inheritdoc/>
    public ValueTask<AuditReceipt> AppendAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default) =>
        Log.AppendAsync(auditEvent, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AuditReceipt> AppendAsync(EncodedEvent auditEvent, CancellationToken cancellationToken = default) =>
        Log.AppendAsync(auditEvent, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AuditReceipt>> AppendAsync(IReadOnlyList<AuditEvent> auditEvents, CancellationToken cancellationToken = default) =>
        Log.AppendAsync(auditEvents, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AuditReceipt>> AppendAsync(IReadOnlyList<EncodedEvent> auditEvents, CancellationToken cancellationToken = default) =>
        Log.AppendAsync(auditEvents, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ConditionalAppend> AppendIfAsync(AuditEvent auditEvent, Func<LogHead, bool> condition, CancellationToken cancellationToken = default) =>
        Log.AppendIfAsync(auditEvent, condition, cancellationToken);

    /// <inheritdoc/>
    public AuditReceipt Append(AuditEvent auditEvent, CancellationToken cancellationToken = default) => Log.Append(auditEvent, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Guid> PostAsync(AuditEvent auditEvent, CancellationToken cancellationToken = default) => Log.PostAsync(auditEvent, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Guid> PostAsync(EncodedEvent auditEvent, CancellationToken cancellationToken = default) => Log.PostAsync(auditEvent, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<SignedCheckpoint> FlushAsync(CancellationToken cancellationToken = default) => Log.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AuditProof> ProveAsync(long index, CancellationToken cancellationToken = default) => Log.ProveAsync(index, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AuditConsistencyProof> ProveConsistencyAsync(long oldSize, CancellationToken cancellationToken = default) =>
        Log.ProveConsistencyAsync(oldSize, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync().ConfigureAwait(false);
        _signer.Dispose();
    }

    private static bool IsOf(AuditEntry entry, string? actor, string? resource) =>
        (actor is null || entry.Event.Actor.Id == actor) && (resource is null || entry.Event.Resource?.Id == resource);

    private static string Sentence(string what, string? actor, string? resource, string? more)
    {
        var sentence = new StringBuilder(what);
        sentence.Append(actor is null ? "" : $" of '{actor}'");
        sentence.Append(resource is null ? "" : $" about '{resource}'");
        sentence.Append(more is null ? "" : $" {more}");
        return sentence.ToString();
    }

    private AuditEntry Assert(Func<AuditEntry, bool> condition, string what)
    {
        var entries = Entries;
        return entries.LastOrDefault(condition) ?? throw Failed($"No {what} is on record.", entries);
    }

    private static AuditAssertionException Failed(string what, IReadOnlyList<AuditEntry> entries)
    {
        var message = new StringBuilder(what);
        message.Append(CultureInfo.InvariantCulture, $" The log holds {entries.Count} entries{(entries.Count > MostListed ? $", of which the last {MostListed} are" : entries.Count > 0 ? ":" : ".")}");
        foreach (var entry in entries.Skip(entries.Count - MostListed))
        {
            message.AppendLine().Append(Describe(entry));
        }

        return new AuditAssertionException(message.ToString());
    }

    /// <summary>One line; what somebody put into an entry does not begin another.</summary>
    private static string Describe(AuditEntry entry)
    {
        var said = entry.Event;
        var resource = said.Resource is { } thing ? $" {thing.Type}/{thing.Id}" : "";
        var line = $"{entry.Index,6}  {entry.Type}  {entry.Permission ?? said.Action}  {said.Actor.Id}{resource}{(said.Outcome is null ? "" : $"  {said.Outcome}")}{(said.Reason is null ? "" : $"  ({said.Reason})")}";
        return string.Concat(line.Select(c => char.IsControl(c) ? '\uFFFD' : c));
    }

    private InMemorySink CreateSink(IServiceProvider host)
    {
        lock (_gate)
        {
            if (!_hosts.Contains(host))
            {
                _hosts.Add(host);
            }
        }

        return new InMemorySink(_store);
    }

    /// <summary>What was queued and not waited for, such as the outcomes of acts, is committed before a flush completes.</summary>
    private void Settle()
    {
        List<IServiceProvider> hosts;
        lock (_gate)
        {
            hosts = [.. _hosts];
        }

        Settle(() => Log);
        hosts.ForEach(host => Settle(host.GetService<AuditLog>));
    }

    private static void Settle(Func<AuditLog?> log)
    {
        try
        {
            log()?.FlushAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is ObjectDisposedException or AuditLogException)
        {
            // Not started, or closed: then everything is committed. Or its storage fails, which is for who appends to see.
        }
    }

    private async Task<LogVerificationResult> VerifyAsync()
    {
        await Log.FlushAsync().ConfigureAwait(false);
        return await new LogVerifier(Log.Published, new LogVerificationOptions { Keys = [Key], Origin = Origin }).VerifyAsync().ConfigureAwait(false);
    }
}
