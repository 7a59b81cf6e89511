using System.Buffers;
using System.Runtime.InteropServices;
using ImmutableAudit.Events;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Log;

/// <summary>
/// Builds one commit: gives each entry its index, time and predecessor on top of a head. Built again from the same requests when
/// another writer was first. Its memory is used again; belongs to the log's thread.
/// </summary>
internal sealed class Batch
{
    private readonly List<Sequenced> _requests = [];
    private readonly BatchLeaves _leaves = new();
    private byte[] _entries = [];
    private int _length;
    private int _count;
    private LogHead _start;
    private LogHead _head;
    private readonly byte[] _stamp = new byte[EntryTime.Length];
    private DateTimeOffset? _stampedTime;

    /// <summary>Number of entries.</summary>
    public int Count => _count;

    /// <summary>Starts anew on a head.</summary>
    public void Begin(LogHead head)
    {
        _requests.Clear();
        _length = _count = 0;
        _start = _head = head;
    }

    /// <summary>Adds a request's entries, if its condition holds on the head that those before it lead to.</summary>
    public void Add(AppendRequest request, DateTimeOffset time)
    {
        if (request.IsFinished)
        {
            return; // Its condition threw in an earlier attempt, and its caller knows.
        }

        if (request.Condition is { } condition)
        {
            try
            {
                if (!condition(_head, time))
                {
                    _requests.Add(new Sequenced(request, _count, _head, time, Holds: false));
                    return;
                }
            }
            catch (Exception e)
            {
                request.Fail(e);
                return;
            }
        }

        _requests.Add(new Sequenced(request, _count, _head, time));
        var entries = Reserve(request);
        for (var i = 0; i < request.Count; i++)
        {
            var entry = EntryBundle.TakeEntry(ref entries);
            var index = _start.Size + _count++;
            var privilegeHead = _head.PrivilegeHead;
            Stamp(entry, time);
            if (request.IsPrivilege(i))
            {
                EntryPrev.Stamp(entry, privilegeHead);
                privilegeHead = index;
            }

            _head = new LogHead(index + 1, time, privilegeHead);
        }
    }

    /// <summary>All of it, now that the times are stamped.</summary>
    public CommitBatch ToCommit()
    {
        ReadOnlyMemory<byte> entries = _entries.AsMemory(0, _length);
        _leaves.Begin(entries, _count);
        return new CommitBatch
        {
            FirstIndex = _start.Size,
            Count = _count,
            Entries = entries,
            Head = _head,
            Leaves = _leaves,
        };
    }

    /// <summary>Lets the callers go on.</summary>
    public void Complete()
    {
        foreach (ref readonly var sequenced in CollectionsMarshal.AsSpan(_requests))
        {
            sequenced.Request.Complete(sequenced.Request.IsAwaited ? ToResult(sequenced) : default);
        }
    }

    private AppendResult ToResult(in Sequenced sequenced)
    {
        var count = sequenced.Holds ? sequenced.Request.Count : 0;
        var receipts = count > 1 ? new AuditReceipt[count] : null;
        for (var i = 0; i < receipts?.Length; i++)
        {
            receipts[i] = Receipt(sequenced, i);
        }

        return new AppendResult(sequenced.Holds, count == 1 ? Receipt(sequenced, 0) : default, receipts, sequenced.On);
    }

    private AuditReceipt Receipt(in Sequenced sequenced, int i)
    {
        var place = sequenced.First + i;
        return new AuditReceipt(_start.Size + place, _leaves.Hashes().Span[place], sequenced.Time, sequenced.Request.Id(i));
    }

    /// <summary>Formats a time once for all entries that have it.</summary>
    private void Stamp(Span<byte> entry, DateTimeOffset time)
    {
        if (_stampedTime == time)
        {
            _stamp.CopyTo(entry[EntryTime.Offset..]);
            return;
        }

        EntryTime.Stamp(entry, time);
        entry.Slice(EntryTime.Offset, EntryTime.Length).CopyTo(_stamp);
        _stampedTime = time;
    }

    private Span<byte> Reserve(AppendRequest request)
    {
        if (_entries.Length - _length < request.Length)
        {
            var grown = ArrayPool<byte>.Shared.Rent(Math.Max(_length + request.Length, 2 * _entries.Length));
            _entries.AsSpan(0, _length).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_entries);
            _entries = grown;
        }

        var target = _entries.AsSpan(_length, request.Length);
        request.Bytes.CopyTo(target);
        _length += request.Length;
        return target;
    }

    /// <summary>A request in its place.</summary>
    /// <param name="Request">The request.</param>
    /// <param name="First">Its first entry, counted within the batch.</param>
    /// <param name="On">The head that it found.</param>
    /// <param name="Time">The time of its entries.</param>
    /// <param name="Holds">Whether its condition held there.</param>
    private readonly record struct Sequenced(AppendRequest Request, int First, LogHead On, DateTimeOffset Time, bool Holds = true);
}
