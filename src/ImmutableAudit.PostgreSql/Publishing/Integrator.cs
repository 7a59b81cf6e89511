using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// Makes tiles of committed entries, and publishes. Every instance does so for itself, from entries that it reads and hashes again: another
/// one's published tree is gone on from only where <paramref name="check"/> accepts who signed it, and where it is proved to extend what this
/// one has vouched for, has read, and has committed.
/// </summary>
internal sealed class Integrator(
    NpgsqlDataSource dataSource, Statements sql, int log, StoredLog stored, OwnTrees own, Action<SignedCheckpoint> check, EntryTimeReader? timeReader)
    : IAsyncDisposable
{
    private readonly PublishingTurn _turn = new(dataSource, sql, log);
    private readonly List<(TileCoordinate Tile, byte[] Bytes)> _full = [];
    private Queue<CompactRange> _steps = [];
    private TileBuilder? _edge;

    /// <summary>The newest tree that this process has published, has gone on from or was opened on; what is published later must extend it.</summary>
    private CompactRange _vouched = new();

    /// <summary>The newest tree that was read, in which everything of this process's own was found; it may not be published yet.</summary>
    private CompactRange _met = new();

    public ValueTask DisposeAsync() => _turn.DisposeAsync();

    /// <summary>Begins at a tree that is published, and vouched for by the caller.</summary>
    public void Begin(CompactRange published)
    {
        _vouched = published.Size < _vouched.Size ? _vouched : published.Clone();
        _edge = null;
        _steps = [];
    }

    /// <summary>Makes the full tiles of what is committed, or of a step of it, durable.</summary>
    public async ValueTask<CompactRange> IntegrateAsync(CancellationToken cancellationToken)
    {
        await _turn.TakeAsync(cancellationToken).ConfigureAwait(false);
        var isNew = false;
        try
        {
            var published = await ReadPublishedAsync(cancellationToken).ConfigureAwait(false);
            var range = await IntegrateBehindAsync(published, cancellationToken).ConfigureAwait(false);
            isNew = range.Size > (published?.Checkpoint.Size ?? -1);
            return range;
        }
        finally
        {
            if (!isNew)
            {
                await _turn.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Publishes a checkpoint of the tree that was integrated last, unless one as new is published already.</summary>
    public async ValueTask<SignedCheckpoint?> PublishAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        await using var _ = _turn.ConfigureAwait(false);
        return await PublishIntegratedAsync(checkpoint, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<CompactRange> IntegrateBehindAsync(SignedCheckpoint? published, CancellationToken cancellationToken)
    {
        // A commit whose answer came late may be of entries that are integrated already: then this begins again at what is published.
        var edge = _edge is { } kept && kept.Size >= published?.Checkpoint.Size && !own.Now().Any(tree => tree.Size <= kept.Size)
            ? kept
            : await LoadAsync(published, cancellationToken).ConfigureAwait(false);
        _edge = null; // Not to be gone on with after a failure: it is loaded again.
        _full.Clear();
        var (targets, walk) = await NextAsync(edge, cancellationToken).ConfigureAwait(false);
        foreach (var target in targets)
        {
            await walk.RunAsync(edge.Size, target.Size, leaves => Append(edge, leaves.Span), cancellationToken).ConfigureAwait(false);
            if (edge.ToCompactRange().Root() != target.Root())
            {
                _steps.Clear();
                throw Survey.Changed(stored, target.Size);
            }
        }

        Met(targets);
        await StoreAsync(sql.PutTiles, [Parameter.Of(log), .. Tiles(_full)], cancellationToken).ConfigureAwait(false);
        _steps.TryDequeue(out _);
        _edge = edge;
        return edge.ToCompactRange();
    }

    private async ValueTask<SignedCheckpoint?> PublishIntegratedAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var size = checkpoint.Checkpoint.Size;
        if (_edge is null && size == 0)
        {
            _edge = new TileBuilder();
        }

        if (_edge?.Size != size)
        {
            var published = await stored.ReadCheckpointAsync(cancellationToken).ConfigureAwait(false);
            return published is { } note && SignedCheckpoint.Parse(note) is { } current && current.Checkpoint.Size >= size ? current : null;
        }

        var bytes = checkpoint.Bytes.ToArray();
        var found = await StoreAsync(
            sql.Publish, [Parameter.Of(log), Parameter.Of(size), Parameter.Of(bytes), .. Tiles(_edge.Partials())], cancellationToken).ConfigureAwait(false);
        if (found is not byte[] now || now.AsSpan().SequenceEqual(bytes))
        {
            _vouched = _edge.ToCompactRange();
            return checkpoint;
        }

        return SignedCheckpoint.Parse(now);
    }

    /// <summary>Holds what is not published yet against the newest head, and against what this process has committed.</summary>
    public async ValueTask SurveyAsync(CompactRange from, CancellationToken cancellationToken)
    {
        var (known, times) = await ReadKnownAsync(from, cancellationToken).ConfigureAwait(false);
        await new Survey(stored).RunAsync(from, known, times, cancellationToken).ConfigureAwait(false);
        Met(known);
    }

    /// <summary>
    /// Makes sure that a published tree begins with what this process has vouched for, and with what it has read or committed up to a size.
    /// </summary>
    /// <returns>What it has committed so far.</returns>
    public async ValueTask<IReadOnlyList<CompactRange>> CheckExtendsOwnAsync(SignedCheckpoint published, long size, CancellationToken cancellationToken)
    {
        var found = own.Now().Where(tree => tree.Size <= size).ToList();
        var snapshot = new LogSnapshot(stored, published); // One for all, for what it remembers.
        foreach (var tree in found.Append(_vouched).Concat(_met.Size <= size ? [_met] : []))
        {
            await CheckExtendsAsync(snapshot, tree, cancellationToken).ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>Makes sure that a published tree begins with a smaller one.</summary>
    public ValueTask CheckExtendsAsync(SignedCheckpoint published, CompactRange older, CancellationToken cancellationToken) =>
        CheckExtendsAsync(new LogSnapshot(stored, published), older, cancellationToken);

    private async ValueTask CheckExtendsAsync(LogSnapshot published, CompactRange older, CancellationToken cancellationToken)
    {
        var newer = published.Checkpoint.Checkpoint;
        if (older.Size > newer.Size)
        {
            throw new AuditLogCorruptException(
                $"{stored} has {newer.Size} published entries, but had {older.Size} before: the database was put back to an earlier state. Nothing was changed.");
        }

        if (older.Size == 0)
        {
            return;
        }

        try
        {
            var proof = await published.ProveConsistencyAsync(older.Size, cancellationToken).ConfigureAwait(false);
            if (MerkleProof.VerifyConsistency(older.Size, older.Root(), newer.Size, newer.Root, [.. proof.Hashes]))
            {
                return;
            }
        }
        catch (AuditFormatException e)
        {
            throw new AuditLogCorruptException($"{stored} cannot be proved to begin with the {older.Size} entries that it had before: {e.Message} Nothing was changed.", e);
        }

        throw new AuditLogCorruptException(
            $"{stored} of size {newer.Size} does not begin with the {older.Size} entries that were there before: history was replaced. Nothing was changed.");
    }

    /// <summary>The checkpoint that is published; <see langword="null"/> where none is yet.</summary>
    /// <exception cref="AuditLogCorruptException">There was one, and it is gone.</exception>
    public async ValueTask<SignedCheckpoint?> ReadPublishedAsync(CancellationToken cancellationToken)
    {
        var note = await stored.ReadCheckpointAsync(cancellationToken).ConfigureAwait(false);
        return note is { } bytes ? SignedCheckpoint.Parse(bytes)
            : _vouched.Size == 0 ? null
            : throw new AuditLogCorruptException($"The checkpoint of {stored} is gone. Nothing was changed. Restore the database.");
    }

    /// <summary>The ranges to be met on the way to the next tree: a way of one step is held against the head as it is gone, a longer one before.</summary>
    private async ValueTask<(IReadOnlyList<CompactRange> Targets, EntryWalk Walk)> NextAsync(TileBuilder edge, CancellationToken cancellationToken)
    {
        if (_steps.TryPeek(out var step) && step.Size > edge.Size && !own.Now().Any(tree => tree.Size <= step.Size))
        {
            return ([step], new EntryWalk(stored));
        }

        _steps.Clear();
        var from = edge.ToCompactRange();
        var (known, times) = await ReadKnownAsync(from, cancellationToken).ConfigureAwait(false);
        if (known[^1].Size - from.Size <= Survey.Step)
        {
            return (known, new EntryWalk(stored, times));
        }

        _steps = await new Survey(stored).RunAsync(from, known, times, cancellationToken).ConfigureAwait(false);
        Met(known);
        return ([_steps.Peek()], new EntryWalk(stored));
    }

    /// <summary>What the entries behind a range must lead to, by size: what this process knows of, and the newest head, the last of them.</summary>
    private async ValueTask<(List<CompactRange> Known, EntryTimes? Times)> ReadKnownAsync(CompactRange from, CancellationToken cancellationToken)
    {
        var committed = own.Now(); // Before the head is read, which further commits move meanwhile.
        var head = await ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        List<CompactRange> known = [head.Range];
        foreach (var tree in committed.Append(_met).Append(from))
        {
            if (tree.Size > head.Size)
            {
                throw new AuditLogCorruptException(
                    $"{stored} has {head.Size} entries, but {tree.Size} were committed: the database was put back to an earlier state. Nothing was changed.");
            }

            if (tree.Size > from.Size)
            {
                known.Add(tree);
            }
        }

        known.Sort((left, right) => left.Size.CompareTo(right.Size));
        return (known, timeReader is null ? null : new EntryTimes(stored, timeReader, head.Head.LastTime));
    }

    /// <summary>Entries that were read have led to all of these trees, one behind the other.</summary>
    private void Met(IReadOnlyList<CompactRange> known)
    {
        own.Found(known);
        _met = known[^1].Size > _met.Size ? known[^1].Clone() : _met;
    }

    private void Append(TileBuilder edge, ReadOnlySpan<MerkleHash> leaves)
    {
        foreach (var leaf in leaves)
        {
            edge.Append(leaf, (tile, bytes) => _full.Add((tile, bytes.ToArray())));
        }
    }

    /// <summary>The edge of a published tree: it is signed, adds up to the root, and extends what this process vouches for.</summary>
    /// <exception cref="AuditSignatureException">No accepted key has signed it.</exception>
    private async ValueTask<TileBuilder> LoadAsync(SignedCheckpoint? published, CancellationToken cancellationToken)
    {
        if (published is null)
        {
            return new TileBuilder();
        }

        check(published);
        var size = published.Checkpoint.Size;
        var found = await CheckExtendsOwnAsync(published, size, cancellationToken).ConfigureAwait(false);
        var partials = new Dictionary<TileCoordinate, ReadOnlyMemory<byte>>();
        foreach (var tile in TileBuilder.PartialTilesOf(size))
        {
            partials[tile] = await stored.ReadTileAsync(tile, cancellationToken).ConfigureAwait(false)
                ?? throw new AuditLogCorruptException($"The tile '{tile.Path}' of {stored} is gone, though the checkpoint needs it. Nothing was changed. Verify the log, and restore it.");
        }

        var edge = TileBuilder.Resume(size, partials);
        _vouched = edge.ToCompactRange().Root() == published.Checkpoint.Root
            ? edge.ToCompactRange()
            : throw new AuditLogCorruptException($"The tiles of {stored} do not add up to the root that is published for size {size}. Nothing was changed. Verify the log.");
        own.Found(found);
        return edge;
    }

    private async ValueTask<StoredHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var command = dataSource.CreateCommand(sql.Head);
            await using var _ = command.ConfigureAwait(false);
            command.Parameters.Add(Parameter.Of(log));
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            return StoredHead.From(reader);
        }
        catch (Exception e) when (Faults.IsOfServer(e))
        {
            Faults.ThrowIfCancelled(e, cancellationToken);
            throw stored.Unreadable(e);
        }
    }

    private async ValueTask<object?> StoreAsync(string text, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        try
        {
            var command = dataSource.CreateCommand(text);
            await using var _ = command.ConfigureAwait(false);
            command.Parameters.AddRange(parameters);
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (Faults.Of(e) == Fault.Corrupt)
        {
            throw new AuditLogCorruptException($"In {stored} are tiles that its entries do not lead to: {Faults.Describe(e)} Nothing was changed. Verify the log.", e);
        }
        catch (Exception e) when (Faults.IsOfServer(e))
        {
            Faults.ThrowIfCancelled(e, cancellationToken);
            throw new AuditPublicationException($"{stored} takes no tiles: {Faults.Describe(e)}", e);
        }
    }

    private static NpgsqlParameter[] Tiles(IEnumerable<(TileCoordinate Tile, byte[] Bytes)> tiles)
    {
        var list = tiles.ToList();
        return
        [
            Parameter.Of(list.ConvertAll(item => (short)item.Tile.Level)),
            Parameter.Of(list.ConvertAll(item => item.Tile.Index)),
            Parameter.Of(list.ConvertAll(item => item.Bytes)),
        ];
    }
}
