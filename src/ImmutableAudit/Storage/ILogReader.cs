using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>
/// The three reads that everything an auditor does stands on: a published log as C2SP tlog-tiles describes it. A
/// directory, an <c>http(s)</c> URL and every sink provide them.
/// </summary>
/// <remarks>
/// <para>A reader authenticates nothing: it hands out bytes, and whoever asked checks them against a signed checkpoint.
/// It does check lengths, so that a hostile source cannot make the caller hold more than the format allows.</para>
/// <para>Implementations are thread-safe. Each method throws <see cref="AuditLogUnreadableException"/> when it could not
/// find out (no permission, broken connection, too much data), and <see cref="AuditFormatException"/> when what is there
/// has an impossible length.</para>
/// </remarks>
public interface ILogReader
{
    /// <summary>Reads the newest published checkpoint: a signed note, verbatim and unverified.</summary>
    /// <returns>The note's bytes, at most <see cref="Checkpoints.SignedNote.MaxLength"/>, or <see langword="null"/> where there is no checkpoint.</returns>
    ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads a tile. Where a partial tile is gone because its full tile exists, its first hashes are taken from that.</summary>
    /// <returns>Exactly <c>32 · Width</c> bytes, or <see langword="null"/> where neither file is there.</returns>
    ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default);

    /// <summary>Reads an entry bundle. Where a partial bundle is gone because its full bundle exists, its first entries are taken from that.</summary>
    /// <returns>
    /// The bundle's bytes, unparsed: at most <c>Width · 65,537</c>; or <see langword="null"/> where neither file is there.
    /// </returns>
    ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(EntryBundleCoordinate bundle, CancellationToken cancellationToken = default);
}
