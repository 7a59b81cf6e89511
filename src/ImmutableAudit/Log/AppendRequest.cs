using System.Buffers;
using System.Threading.Tasks.Sources;
using ImmutableAudit.Events;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Log;

/// <summary>
/// One call of append on its way: its events, then their bytes, then their receipts. Encoded by the caller's thread, or,
/// when the queue was full, by the log's thread once there is room. Two hold it, the caller until it has the result and
/// the log until it has let go; then it is used again.
/// </summary>
internal sealed class AppendRequest : IValueTaskSource<AppendResult>, IValueTaskSource<AuditReceipt>
{
    private const int Queued = 0;
    private const int Sequenced = 1;
    private const int Withdrawn = 2;

    /// <summary>A buffer up to this length stays with the request when it is used again.</summary>
    private const int KeptBuffer = 1024;

    /// <summary>Posts are joined up to this length.</summary>
    private const int JoinedLength = 64 * 1024;

    /// <summary>No version of a result.</summary>
    private const int Taken = int.MinValue;

    private readonly RequestPool? _pool;
    private ManualResetValueTaskSourceCore<AppendResult> _result = new() { RunContinuationsAsynchronously = true };
    private object? _events;
    private Guid _id;
    private Guid[]? _ids;
    private byte[] _buffer = [];
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _registration;
    private TaskCompletionSource? _wakesCaller;
    private IUnawaited? _unawaited;
    private int _holders;
    private int _state;
    private bool _isFinished;

    /// <summary>Version of the result that is still to be taken, so that the caller lets go once, however often it asks.</summary>
    private int _untaken = Taken;

    /// <summary>A request that is used once.</summary>
    public AppendRequest(params IReadOnlyList<AuditEvent> events)
        : this(pool: null) => Begin(events, events.Count);

    public AppendRequest(RequestPool? pool) => _pool = pool;

    /// <summary>What must hold of the head for the entries to be appended; <see langword="null"/> for no condition.</summary>
    public AppendCondition? Condition { get; set; }

    /// <summary>Whether the library itself writes, which alone may use reserved types (PRIVILEGE.md P25).</summary>
    public bool IsLibrary { get; set; }

    /// <summary>Whether the entry says that the present time is right, however far ahead it is (LOG.md L9).</summary>
    public bool AcceptsClock { get; init; }

    /// <summary>Number of entries; 0 for a request that only marks its place in the queue.</summary>
    public int Count { get; private set; }

    /// <summary>Number of calls that append: more than one where posts were joined.</summary>
    public int Calls { get; private set; }

    public bool IsEncoded { get; private set; }

    /// <summary>The entries as in a bundle, their times still to be stamped.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, Length);

    /// <summary>Length of <see cref="Bytes"/>; 0 before they are encoded.</summary>
    public int Length { get; private set; }

    /// <summary>Whether an application posted it, and does not wait for the result.</summary>
    public bool IsPosted => _unawaited is PostFailures;

    /// <summary>Whether somebody is told the result.</summary>
    public bool IsAwaited => _unawaited is null;

    /// <summary>Whether somebody waits for the result who may come back with another request; nobody does with the log's own.</summary>
    public bool HasCaller => _pool is not null && IsAwaited;

    /// <summary>Whether the caller knows what became of it.</summary>
    public bool IsFinished => Volatile.Read(ref _isFinished);

    /// <summary>What becomes of it. Taken once, or not at all.</summary>
    public ValueTask<AppendResult> Result => new(this, _result.Version);

    /// <summary>The receipt of its only entry. Taken once, or not at all.</summary>
    public ValueTask<AuditReceipt> Receipt => new(this, _result.Version);

    /// <summary>Takes up events: one, or a list of them.</summary>
    /// <param name="events">An <see cref="AuditEvent"/>, an <see cref="EncodedEvent"/>, or a list of either.</param>
    /// <param name="count">How many.</param>
    public void Begin(object? events, int count)
    {
        _events = events;
        Count = count;
        Calls = Math.Min(count, 1);
        _ids = count > 1 ? new Guid[count] : null;
        _untaken = _result.Version;
        _holders = 2;
    }

    /// <summary>The id of the entry at this place; set when encoded.</summary>
    public Guid Id(int i) => _ids is null ? _id : _ids[i];

    /// <summary>Whether the entry at this place is one that decisions are based on (PRIVILEGE.md P1): it ends with <see cref="EntryPrev"/>.</summary>
    public bool IsPrivilege(int i) => IsLibrary && Event(i) is AuditEvent { Type: var type } && EventTypes.IsPrivilegeState(type);

    /// <summary>Turns the events into bytes.</summary>
    /// <exception cref="AuditEventException">An event cannot be an entry.</exception>
    public void Encode(TimeProvider time)
    {
        for (var i = 0; i < Count; i++)
        {
            Guid id;
            switch (Event(i))
            {
                case EncodedEvent encoded:
                    id = encoded.Id ?? EntryId.Create(time.GetUtcNow());
                    encoded.CopyTo(Reserve(encoded.Length), id);
                    break;
                case AuditEvent auditEvent:
                    id = auditEvent.Id ?? EntryId.Create(time.GetUtcNow());
                    var entry = EventEncoder.Encode(auditEvent, id, IsLibrary);
                    entry.CopyTo(Reserve(entry.Length));
                    break;
                default:
                    throw new AuditEventException($"The event at position {i} is null.");
            }

            if (_ids is null)
            {
                _id = id;
            }
            else
            {
                _ids[i] = id;
            }
        }

        IsEncoded = true;
    }

    /// <summary>Lets the caller withdraw it as long as it has no place in the log.</summary>
    public void WithdrawOn(CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static request => ((AppendRequest)request!).Withdraw(), this);
    }

    /// <summary>Nobody waits for the result; it is told here instead.</summary>
    public void Post(IUnawaited unawaited)
    {
        _unawaited = unawaited;
        _holders = 1;
    }

    /// <summary>
    /// Takes over another post's entries, so that what nobody waits for costs the log little more than its bytes. Only while this
    /// one is the last in the queue, and nobody else touches either.
    /// </summary>
    public bool TryJoin(AppendRequest other)
    {
        if (!IsPosted || !other.IsPosted || Length + other.Length > JoinedLength)
        {
            return false;
        }

        if (Length + other.Length > _buffer.Length)
        {
            Grow(Math.Min(JoinedLength, Math.Max(Length + other.Length, 2 * _buffer.Length)));
        }

        other.Bytes.CopyTo(_buffer.AsSpan(Length));
        Length += other.Length;
        Count += other.Count;
        Calls += other.Calls;
        return true;
    }

    /// <summary>The caller's thread will be blocked in <see cref="Wait"/>.</summary>
    public void WakeCaller() => _wakesCaller = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Blocks until the log's thread has the result: no other thread is needed.</summary>
    public AppendResult Wait()
    {
        _wakesCaller!.Task.GetAwaiter().GetResult();
        return Take(_result.Version);
    }

    /// <summary>Gives the request its place in the log; <see langword="false"/> where the caller has withdrawn it.</summary>
    public bool TrySequence() => Interlocked.CompareExchange(ref _state, Sequenced, Queued) == Queued;

    /// <summary>Takes the place back, where nothing was written yet; a caller who gave up meanwhile withdraws now.</summary>
    public void Requeue()
    {
        Interlocked.CompareExchange(ref _state, Queued, Sequenced);
        if (_cancellationToken.IsCancellationRequested)
        {
            Withdraw();
        }
    }

    public void Complete(in AppendResult result)
    {
        if (TryFinish())
        {
            var wakes = _wakesCaller;
            _unawaited?.Committed();
            _result.SetResult(result);
            wakes?.SetResult();
        }
    }

    public void Fail(Exception exception)
    {
        if (TryFinish())
        {
            _unawaited?.Failed(exception, Calls);
            var wakes = _wakesCaller;
            _result.SetException(exception);
            wakes?.SetResult();
        }
    }

    /// <summary>Gives the bytes back, so that only the caller's events are held.</summary>
    public void ReleaseBytes()
    {
        if (_pool is null || _buffer.Length > KeptBuffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        Length = 0;
        IsEncoded = false;
    }

    /// <summary>The log's thread needs the request no more.</summary>
    public void Release()
    {
        ReleaseBytes();
        LetGo();
    }

    AppendResult IValueTaskSource<AppendResult>.GetResult(short token) => Take(token);

    AuditReceipt IValueTaskSource<AuditReceipt>.GetResult(short token) => Take(token).Receipt;

    ValueTaskSourceStatus IValueTaskSource<AppendResult>.GetStatus(short token) => _result.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource<AuditReceipt>.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource<AppendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        OnCompleted(continuation, state, token, flags);

    void IValueTaskSource<AuditReceipt>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        OnCompleted(continuation, state, token, flags);

    private void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        CallerContext.Capture(ref continuation, ref state, ref flags);
        _result.OnCompleted(continuation, state, token, flags);
    }

    private object? Event(int i) => _events switch
    {
        EncodedEvent or AuditEvent => _events,
        IReadOnlyList<EncodedEvent> encoded => encoded[i],
        IReadOnlyList<AuditEvent> auditEvents => auditEvents[i],
        _ => null,
    };

    private void Withdraw()
    {
        if (Interlocked.CompareExchange(ref _state, Withdrawn, Queued) == Queued)
        {
            Fail(new OperationCanceledException(_cancellationToken));
        }
    }

    private bool TryFinish()
    {
        if (Interlocked.Exchange(ref _isFinished, true))
        {
            return false;
        }

        // Not in GetResult: a caller who never asks would leave it with a token that may live for ever.
        _registration.Unregister();
        return true;
    }

    private AppendResult Take(short token)
    {
        if (_result.GetStatus(token) == ValueTaskSourceStatus.Pending || Interlocked.CompareExchange(ref _untaken, Taken, token) != token)
        {
            throw new InvalidOperationException("The receipt is not there yet, or was taken already: a ValueTask is awaited once.");
        }

        try
        {
            return _result.GetResult(token);
        }
        finally
        {
            _registration.Dispose(); // Waits for a withdrawal that is just being made.
            LetGo();
        }
    }

    private void LetGo()
    {
        if (_pool is not null && Interlocked.Decrement(ref _holders) == 0)
        {
            _result.Reset();
            _events = null;
            _ids = null;
            _cancellationToken = default;
            _registration = default;
            _wakesCaller = null;
            _unawaited = null;
            Condition = null;
            _state = Queued;
            _isFinished = false;
            _pool.Return(this);
        }
    }

    private Span<byte> Reserve(int entryLength)
    {
        var needed = Length + EntryBundle.LengthPrefix + entryLength;
        if (needed > IAuditLog.MaxBatchBytes)
        {
            throw new AuditEntryTooLargeException(
                $"The {Count} events appended together take more than {IAuditLog.MaxBatchBytes} bytes. Nothing was appended; append them in several calls.");
        }

        if (needed > _buffer.Length)
        {
            Grow(Count == 1 ? needed : Math.Max(needed, 2 * _buffer.Length));
        }

        EntryBundle.WriteLength(_buffer.AsSpan(Length), entryLength);
        Length = needed;
        return _buffer.AsSpan(needed - entryLength, entryLength);
    }

    private void Grow(int length)
    {
        var grown = ArrayPool<byte>.Shared.Rent(length);
        Bytes.CopyTo(grown);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = grown;
    }
}
