using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>Reads one log of a database: what is published, and entries that are committed. Thread-safe.</summary>
internal sealed class StoredLog(NpgsqlDataSource dataSource, Statements sql, int log, string name) : ILogReader
{
    public async ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default)
    {
        var note = await BytesAsync(sql.Checkpoint, [Parameter.Of(log)], cancellationToken).ConfigureAwait(false);
        return note is { Length: > SignedNote.MaxLength }
            ? throw new AuditLogUnreadableException($"The checkpoint of {name} has more than {SignedNote.MaxLength} bytes and so is none.")
            : OrNothing(note);
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default)
    {
        var length = tile.Width * MerkleHash.Size;
        var bytes = await BytesAsync(
            sql.Tile, [Parameter.Of(log), Parameter.Of((short)tile.Level), Parameter.Of(tile.Index), Parameter.Of(length)], cancellationToken).ConfigureAwait(false);

        // A narrower one is that of an earlier checkpoint: this one was never published.
        return OrNothing(bytes?.Length == length ? bytes : null);
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken = default)
    {
        var (count, bytes) = await ReadEntriesAsync(bundle.FirstEntry, bundle.FirstEntry + bundle.Width, cancellationToken).ConfigureAwait(false);
        return count < bundle.Width ? default(ReadOnlyMemory<byte>?) : bytes;
    }

    /// <summary>Reads committed entries from one index to another, as many as there are, as in a bundle.</summary>
    public Task<(int Count, ReadOnlyMemory<byte> Bytes)> ReadEntriesAsync(long from, long to, CancellationToken cancellationToken) =>
        QueryAsync(
            sql.Entries,
            [Parameter.Of(log), Parameter.Of(from), Parameter.Of(to)],
            command => EntryRows.ReadAsync(command, from, (int)(to - from), cancellationToken),
            cancellationToken);

    /// <summary>What to tell where the server fails while the log is read.</summary>
    public AuditLogUnreadableException Unreadable(Exception e) => new($"{name} cannot be read: {Faults.Describe(e)}", e);

    public override string ToString() => name;

    /// <summary>Nothing, and not nothing in it: an array that is not there converts to empty memory.</summary>
    private static ReadOnlyMemory<byte>? OrNothing(byte[]? bytes) => bytes is null ? default(ReadOnlyMemory<byte>?) : bytes;

    private Task<byte[]?> BytesAsync(string text, NpgsqlParameter[] parameters, CancellationToken cancellationToken) =>
        QueryAsync(text, parameters, async command => await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as byte[], cancellationToken);

    private Task<T> QueryAsync<T>(
        string text, NpgsqlParameter[] parameters, Func<NpgsqlCommand, Task<T>> read, CancellationToken cancellationToken) => Apart.RunAsync(async () =>
    {
        try
        {
            var command = dataSource.CreateCommand(text);
            await using var _ = command.ConfigureAwait(false);
            command.Parameters.AddRange(parameters);
            return await read(command).ConfigureAwait(false);
        }
        catch (Exception e) when (Faults.IsOfServer(e))
        {
            Faults.ThrowIfCancelled(e, cancellationToken);
            throw Unreadable(e);
        }
    });
}
