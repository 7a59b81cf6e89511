using System.Runtime.InteropServices;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.InMemory;

/// <summary>
/// A log in memory, for tests and trials: gone with the process. Several <see cref="InMemorySink"/>s may write to one store,
/// as several processes write to one database.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class InMemoryStore
{
    private readonly Lock _gate = new();
    private readonly List<byte[]> _entries = [];

    /// <summary>For each tile level, the roots of all complete subtrees.</summary>
    private readonly List<MerkleHash>[] _levels = [.. Enumerable.Range(0, TileCoordinate.MaxLevel + 1).Select(_ => new List<MerkleHash>())];

    private readonly CompactRange _range = new();
    private readonly TileBuilder _tiles = new();
    private LogHead _head = LogHead.Empty;
    private SignedCheckpoint? _checkpoint;

    internal string? Origin { get; private set; }

    internal (LogHead Head, CompactRange Range) Head
    {
        get
        {
            lock (_gate)
            {
                return (_head, _range.Clone());
            }
        }
    }

    internal SignedCheckpoint? Checkpoint
    {
        get
        {
            lock (_gate)
            {
                return _checkpoint;
            }
        }
    }

    internal void Bind(string origin)
    {
        lock (_gate)
        {
            Origin ??= origin;
            if (Origin != origin)
            {
                throw new AuditLogMismatchException(
                    $"The store holds the log '{Printable.Of(Origin)}', not '{Printable.Of(origin)}'. Give each log a store of its own.");
            }
        }
    }

    internal bool TryAppend(CommitBatch batch)
    {
        lock (_gate)
        {
            if (_head.Size != batch.FirstIndex)
            {
                return false;
            }

            var rest = batch.Entries.Span;
            foreach (var leaf in batch.LeafHashes.Span)
            {
                if (!EntryBundle.TryReadEntry(ref rest, out var entry))
                {
                    throw new ArgumentException("The batch holds fewer entries than leaf hashes.", nameof(batch));
                }

                _entries.Add(entry.ToArray());
                _levels[0].Add(leaf);
                _range.Append(leaf);
                _tiles.Append(leaf, AddLevel);
            }

            _head = batch.Head;
            return true;
        }
    }

    internal SignedCheckpoint Publish(SignedCheckpoint checkpoint)
    {
        lock (_gate)
        {
            if (_checkpoint is null || _checkpoint.Checkpoint.Size < checkpoint.Checkpoint.Size)
            {
                _checkpoint = checkpoint;
            }

            return _checkpoint;
        }
    }

    internal ReadOnlyMemory<byte>? ReadTile(TileCoordinate tile)
    {
        lock (_gate)
        {
            var first = tile.Index * TileCoordinate.FullWidth;
            var level = _levels[tile.Level];
            return first + tile.Width > level.Count
                ? null
                : Tile.ToBytes(CollectionsMarshal.AsSpan(level).Slice((int)first, tile.Width));
        }
    }

    internal ReadOnlyMemory<byte>? ReadEntries(long first, int count)
    {
        lock (_gate)
        {
            if (first + count > _entries.Count)
            {
                return null;
            }

            var entries = CollectionsMarshal.AsSpan(_entries).Slice((int)first, count);
            var length = 0;
            foreach (var entry in entries)
            {
                length += EntryBundle.LengthPrefix + entry.Length;
            }

            var bytes = new byte[length];
            var at = 0;
            foreach (var entry in entries)
            {
                EntryBundle.WriteLength(bytes.AsSpan(at), entry.Length);
                entry.CopyTo(bytes, at + EntryBundle.LengthPrefix);
                at += EntryBundle.LengthPrefix + entry.Length;
            }

            return bytes;
        }
    }

    private void AddLevel(TileCoordinate tile, ReadOnlySpan<byte> bytes)
    {
        MerkleHash[] hashes = [.. Tile.Hashes(bytes)];
        _levels[tile.Level + 1].Add(BatchHasher.Fastest.HashCompleteSubtree(hashes));
    }
}
