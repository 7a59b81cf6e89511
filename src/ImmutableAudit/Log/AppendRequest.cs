using System.Buffers;
using ImmutableAudit.Events;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Log;

/// <summary>
/// One call of append on its way: its events, then their bytes, then their receipts. Encoded by the caller's thread, or,
/// when the queue was full, by the log's thread once there is room.
/// </summary>
internal sealed class AppendRequest
{
    private const int Queued = 0;
    private const int Sequenced = 1;
    private const int Withdrawn = 2;

    private readonly IReadOnlyList<AuditEvent>? _events;
    private readonly IReadOnlyList<EncodedEvent>? _encoded;
    private readonly TaskCompletionSource<AppendResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _buffer = [];
    private int _state = Queued;

    public AppendRequest(IReadOnlyList<AuditEvent> events)
    {
        _events = events;
        Ids = new Guid[events.Count];
    }

    public AppendRequest(IReadOnlyList<EncodedEvent> encoded)
    {
        _encoded = encoded;
        Ids = new Guid[encoded.Count];
    }

    /// <summary>What must hold of the head for the entries to be appended; <see langword="null"/> for no condition.</summary>
    public Func<LogHead, bool>? Condition { get; init; }

    /// <summary>The caller's, by which the request is withdrawn.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Whether the library itself writes, which alone may use reserved types (PRIVILEGE.md P25).</summary>
    public bool IsLibrary { get; init; }

    /// <summary>Whether the entry says that the present time is right, however far ahead it is (LOG.md L9).</summary>
    public bool AcceptsClock { get; init; }

    /// <summary>The entries' ids; set when encoded.</summary>
    public Guid[] Ids { get; }

    /// <summary>Number of entries; 0 for a request that only marks its place in the queue.</summary>
    public int Count => Ids.Length;

    public bool IsEncoded { get; private set; }

    /// <summary>The entries as in a bundle, their times still to be stamped.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, Length);

    /// <summary>Length of <see cref="Bytes"/>; 0 before they are encoded.</summary>
    public int Length { get; private set; }

    public Task<AppendResult> Completion => _completion.Task;

    /// <summary>Whether the entry at this place is one that decisions are based on (PRIVILEGE.md P1).</summary>
    public bool IsPrivilege(int i) => IsLibrary && EventTypes.IsPrivilegeState(_events![i].Type);

    /// <summary>Turns the events into bytes.</summary>
    /// <exception cref="AuditEventException">An event cannot be an entry.</exception>
    public void Encode(TimeProvider time)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_encoded is not null)
            {
                var encoded = _encoded[i] ?? throw new AuditEventException($"The event at position {i} is null.");
                Ids[i] = encoded.Id ?? Guid.CreateVersion7(time.GetUtcNow());
                encoded.CopyTo(Reserve(encoded.Length, Count), Ids[i]);
            }
            else
            {
                var auditEvent = _events![i] ?? throw new AuditEventException($"The event at position {i} is null.");
                Ids[i] = auditEvent.Id ?? Guid.CreateVersion7(time.GetUtcNow());
                var entry = EventEncoder.Encode(auditEvent, Ids[i], IsLibrary);
                entry.CopyTo(Reserve(entry.Length, Count));
            }
        }

        IsEncoded = true;
    }

    /// <summary>Gives the request its place in the log; <see langword="false"/> where the caller has withdrawn it.</summary>
    public bool TrySequence() => Interlocked.CompareExchange(ref _state, Sequenced, Queued) == Queued;

    /// <summary>Takes the place back, where nothing was written yet; a caller who gave up meanwhile withdraws now.</summary>
    public void Requeue()
    {
        Interlocked.CompareExchange(ref _state, Queued, Sequenced);
        if (CancellationToken.IsCancellationRequested)
        {
            Withdraw(CancellationToken);
        }
    }

    /// <summary>Withdraws the request, unless it has its place already.</summary>
    public void Withdraw(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Withdrawn, Queued) == Queued)
        {
            _completion.TrySetCanceled(cancellationToken);
        }
    }

    public void Complete(in AppendResult result) => _completion.TrySetResult(result);

    public void Fail(Exception exception) => _completion.TrySetException(exception);

    /// <summary>Gives the bytes back; the log's thread does so when it needs them no more.</summary>
    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Length = 0;
        IsEncoded = false;
    }

    private Span<byte> Reserve(int entryLength, int count)
    {
        var needed = Length + EntryBundle.LengthPrefix + entryLength;
        if (needed > IAuditLog.MaxBatchBytes)
        {
            throw new AuditEntryTooLargeException(
                $"The {count} events appended together take more than {IAuditLog.MaxBatchBytes} bytes. Nothing was appended; append them in several calls.");
        }

        if (needed > _buffer.Length)
        {
            var grown = ArrayPool<byte>.Shared.Rent(count == 1 ? needed : Math.Max(needed, 2 * _buffer.Length));
            Bytes.CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = grown;
        }

        EntryBundle.WriteLength(_buffer.AsSpan(Length), entryLength);
        Length = needed;
        return _buffer.AsSpan(needed - entryLength, entryLength);
    }
}
