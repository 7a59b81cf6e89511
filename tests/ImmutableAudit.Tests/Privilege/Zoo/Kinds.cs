using System.Diagnostics.CodeAnalysis;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Zoo;

/// <summary>A request with marks on its properties; positional ones too.</summary>
public sealed record Transfer([Resource("account")] string Account, [Audited] decimal Amount)
{
    [Sensitive]
    public string? Reference { get; init; }

    public string? Unmarked { get; init; }
}

/// <summary>A value type with marks.</summary>
public readonly record struct Box<T>([Resource("box")] T Id, [Audited] int Weight);

public class NewsEventArgs(string text) : EventArgs
{
    public string Text { get; } = text;
}

public delegate void Said(object sender, string text);

public delegate void Passed(in int from, ref int to);

/// <summary>Asynchronous members.</summary>
[Guarded]
public interface IAsynchronous
{
    [RequirePermission("async.run")]
    Task RunAsync([Resource("job")] string job, [Audited] decimal amount, [Sensitive] string secret, CancellationToken ct = default);

    [RequirePermission("async.get")]
    Task<string?> GetAsync([Resource("job")] string? job, CancellationToken ct = default);

    [RequirePermission("async.set")]
    ValueTask SetAsync(int value);

    [RequirePermission("async.count", AuditLevel = AuditLevel.Decision)]
    ValueTask<int> CountAsync(CancellationToken ct);

    [RequirePermission("async.wipe", Elevated = true)]
    Task<bool> WipeAsync(CancellationToken ct);

    [RequirePermission("async.transfer")]
    Task TransferAsync(Transfer? transfer, CancellationToken ct);

    [RequirePermission("async.box")]
    Task BoxAsync<T>(Box<T> box, CancellationToken first, CancellationToken last);

    [RequirePermission("async.box")]
    Task<Box<int>?> MayBeBoxAsync(Box<int>? box);

    [Unguarded("the weather is no secret")]
    Task<int> WeatherAsync(CancellationToken ct);
}

/// <summary>Members whose use is counted only.</summary>
[Guarded]
public interface IOftenRead
{
    [RequirePermission("often.read", AuditLevel = AuditLevel.DenialsOnly)]
    Task<string> ReadAsync([Resource("page")] string page, CancellationToken ct);

    [RequirePermission("often.read", AuditLevel = AuditLevel.DenialsOnly)]
    ValueTask<T?> FindAsync<T>(string key, params int[] rest)
        where T : class;

    [RequirePermission("often.read", AuditLevel = AuditLevel.DenialsOnly)]
    Task TouchAsync();

    [RequirePermission("often.read", AuditLevel = AuditLevel.DenialsOnly)]
    int Count([Resource("page")] string page);

    [RequirePermission("often.read", AuditLevel = AuditLevel.DenialsOnly)]
    void Touch();

    [RequirePermission("often.read", AuditLevel = AuditLevel.DenialsOnly)]
    int Length { get; set; }

    [RequirePermission("often.read", AuditLevel = AuditLevel.DenialsOnly)]
    IAsyncEnumerable<int> PagesAsync(CancellationToken ct);

    [RequirePermission("often.read", AuditLevel = AuditLevel.DenialsOnly)]
    event EventHandler? Read;
}

/// <summary>Streams.</summary>
[Guarded]
public interface IStreams
{
    [RequirePermission("streams.read")]
    IAsyncEnumerable<string> ReadAsync([Resource("stream")] string stream, [Audited] int from, CancellationToken ct = default);

    [RequirePermission("streams.read")]
    IAsyncEnumerable<T?> OfAsync<T>(T? first);

    [RequirePermission("streams.tail", Elevated = true)]
    IAsyncEnumerable<int> TailAsync(CancellationToken ct);

    [Unguarded("public")]
    IAsyncEnumerable<int> PublicAsync(CancellationToken ct);
}

/// <summary>Synchronous members, and every way to pass a parameter.</summary>
[Guarded]
public interface ISynchronous
{
    [RequirePermission("sync.run", Blocking = true)]
    void Run([Resource("job")] int job, string name = "none", CancellationToken ct = default);

    [RequirePermission("sync.pass", Blocking = true)]
    bool Pass(ref int a, in long b, out string c, ref readonly Guid d, scoped ReadOnlySpan<byte> e, params string[] rest);

    [RequirePermission("sync.span", Blocking = true)]
    ReadOnlySpan<char> Span(ReadOnlySpan<char> text, scoped ref int count, params ReadOnlySpan<int> numbers);

    [RequirePermission("sync.try", Blocking = true)]
    bool TryFind([Audited] string key, [NotNullWhen(true)] out string? found);

    [RequirePermission("sync.slot", Blocking = true, Deferred = "a slot belongs to who asked for it")]
    ref int Slot(int index);

    [RequirePermission("sync.slot", Blocking = true)]
    ref readonly int Peek(in int index);

    [RequirePermission("sync.lines", Blocking = true, Deferred = "lines of a constant text")]
    IEnumerable<string> Lines();

    [RequirePermission("sync.tuple", Blocking = true)]
    (int Count, string? Name) Tuple((int A, string? B) tuple, dynamic? late, nint native);

    [RequirePermission("sync.words", Blocking = true)]
    int @class(int @event, string @await, object call, object? exception, int result, int _inner);

    [Unguarded("nothing secret\nin two lines")]
    string Name(in int number);

    [return: NotNullIfNotNull(nameof(text))]
    [RequirePermission("sync.echo", Blocking = true)]
    string? Echo(string? text);

    [Obsolete("Use Run.", error: true)]
    [RequirePermission("sync.old", Blocking = true)]
    void Old();
}
