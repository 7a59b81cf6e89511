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

    private readonly TileBuilder _tiles = new();
    private LogHead _head = LogHead.Empty;
    private SignedCheckpoint? _checkpoint;

    internal string? Origin { get; private set; }

    internal LogHead Head
    {
        get
        {
            lock (_gate)
            {
                return _head;
            }
        }
    }

    internal CompactRange Range
    {
        get
        {
            lock (_gate)
            {
                return _tiles.ToCompactRange();
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
            foreach (var leaf in batch.HashLeaves().Span)
            {
                EntryBundle.TryReadEntry(ref rest, out var entry); // It is there: it was hashed.
                _entries.Add(entry.ToArray());
                _levels[0].Add(leaf);
                _tiles.Append(leaf, AddLevel);
            }

            _head = batch.Head;
            return true;
        }
    }

    /// <summary>Holds what is there against what a log says of it.</summary>
    internal void Check(CompactRange? published)
    {
        lock (_gate)
        {
            if (published is null && _checkpoint is null && _head.Size > 0)
            {
                throw new AuditLogCorruptException($"The store holds {_head.Size} entries, but no checkpoint, which every log has from its first moment.");
            }

            if (published is not null)
            {
                var found = new CompactRange();
                found.Append(CollectionsMarshal.AsSpan(_levels[0])[..(int)Math.Min(published.Size, _head.Size)]);
                if (found.Size != published.Size || found.Root() != published.Root())
                {
                    throw new AuditLogCorruptException($"The store's {_head.Size} entries do not begin with the {published.Size} that were published.");
                }
            }
        }
    }

    /// <summary>The newest checkpoint; <see langword="null"/> where this one is newer, and not of what the writer integrated last.</summary>
    internal SignedCheckpoint? Publish(SignedCheckpoint checkpoint, long integrated)
    {
        lock (_gate)
        {
            if (_checkpoint is not null && _checkpoint.Checkpoint.Size >= checkpoint.Checkpoint.Size)
            {
                return _checkpoint;
            }

            return checkpoint.Checkpoint.Size == integrated ? _checkpoint = checkpoint : null;
        }
    }

    internal ReadOnlyMemory<byte>? ReadTile(TileCoordinate tile)
    {
        lock (_gate)
        {
            var first = tile.Index * TileCoordinate.FullWidth;
            var level = _levels[tile.Level];
            if (first > level.Count - tile.Width)
            {
                return null;
            }

            return Tile.ToBytes(CollectionsMarshal.AsSpan(level).Slice((int)first, tile.Width));
        }
    }

    internal ReadOnlyMemory<byte>? ReadEntries(long first, int count)
    {
        lock (_gate)
        {
            if (first > _entries.Count - count)
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
