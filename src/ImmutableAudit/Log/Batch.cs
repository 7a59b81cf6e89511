using System.Buffers;
using ImmutableAudit.Events;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Log;

/// <summary>
/// Builds one commit: gives each entry its index, time and hash on top of a head. Built again from the same requests when
/// another writer was first. Its memory is used again; belongs to the log's thread.
/// </summary>
internal sealed class Batch
{
    private readonly List<(AppendRequest Request, AppendResult Result)> _requests = [];
    private byte[] _entries = [];
    private MerkleHash[] _leaves = [];
    private int _length;
    private int _count;
    private LogHead _start;
    private LogHead _head;
    private CompactRange _range = new();

    /// <summary>Number of entries.</summary>
    public int Count => _count;

    /// <summary>Starts anew on a head.</summary>
    public void Begin(LogHead head, CompactRange range)
    {
        _requests.Clear();
        _length = _count = 0;
        _start = _head = head;
        _range = range.Clone();
    }

    /// <summary>Adds a request's entries, if its condition holds on the head that those before it lead to.</summary>
    public void Add(AppendRequest request, DateTimeOffset time)
    {
        if (request.Completion.IsCompleted)
        {
            return; // Its condition threw in an earlier attempt, and its caller knows.
        }

        if (request.Condition is { } condition)
        {
            try
            {
                if (!condition(_head))
                {
                    _requests.Add((request, new AppendResult(null, _head)));
                    return;
                }
            }
            catch (Exception e)
            {
                request.Fail(e);
                return;
            }
        }

        var on = _head;
        var receipts = request.Count == 0 ? [] : new AuditReceipt[request.Count];
        var entries = Reserve(request);
        for (var i = 0; i < receipts.Length; i++)
        {
            var entry = EntryBundle.TakeEntry(ref entries);
            EntryTime.Stamp(entry, time);
            var leaf = TreeHasher.HashLeaf(entry);
            var index = _start.Size + _count;
            receipts[i] = new AuditReceipt(index, leaf, time, request.Ids[i]);
            _range.Append(leaf);
            _leaves[_count++] = leaf;
            _head = new LogHead(index + 1, time, request.IsPrivilege(i) ? index : _head.PrivilegeHead);
        }

        _requests.Add((request, new AppendResult(receipts, on)));
    }

    public CommitBatch ToCommit() => new()
    {
        FirstIndex = _start.Size,
        Count = _count,
        Entries = _entries.AsMemory(0, _length),
        LeafHashes = _leaves.AsMemory(0, _count),
        Head = _head,
        Range = _range,
    };

    /// <summary>Lets the callers go on.</summary>
    public void Complete()
    {
        foreach (var (request, result) in _requests)
        {
            request.Complete(result);
        }
    }

    private Span<byte> Reserve(AppendRequest request)
    {
        Grow(ref _entries, _length, request.Length);
        Grow(ref _leaves, _count, request.Count);
        var target = _entries.AsSpan(_length, request.Length);
        request.Bytes.CopyTo(target);
        _length += request.Length;
        return target;
    }

    private static void Grow<T>(ref T[] array, int used, int more)
    {
        if (array.Length - used < more)
        {
            var grown = ArrayPool<T>.Shared.Rent(Math.Max(used + more, 2 * array.Length));
            array.AsSpan(0, used).CopyTo(grown);
            ArrayPool<T>.Shared.Return(array);
            array = grown;
        }
    }
}
