using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>
/// Reads a tiled log from its files, wherever these lie: how long each may be, and the way from a missing partial file to
/// the full one (L14).
/// </summary>
internal sealed class LogFiles(ILogFileSource files) : ILogReader
{
    public const string CheckpointPath = "checkpoint";

    public async ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default)
    {
        var note = await files.ReadAsync(CheckpointPath, SignedNote.MaxLength + 1, cancellationToken).ConfigureAwait(false);

        // A file this long is no damaged checkpoint but something else altogether: the log was not found, not found false.
        return note is { Length: > SignedNote.MaxLength }
            ? throw new AuditLogUnreadableException(
                $"'{files.Locate(CheckpointPath)}' has more than {SignedNote.MaxLength} bytes and so is no checkpoint. Is this a log?")
            : note;
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default)
    {
        var bytes = await ReadWholeTileAsync(tile, cancellationToken).ConfigureAwait(false);
        if (bytes is null && tile.IsPartial)
        {
            bytes = await ReadWholeTileAsync(tile.Full, cancellationToken).ConfigureAwait(false);
        }

        return bytes?[..(tile.Width * MerkleHash.Size)];
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(
        EntryBundleCoordinate bundle, CancellationToken cancellationToken = default)
    {
        var bytes = await ReadWholeBundleAsync(bundle, cancellationToken).ConfigureAwait(false);
        if (bytes is not null || !bundle.IsPartial)
        {
            return bytes;
        }

        bytes = await ReadWholeBundleAsync(bundle.Full, cancellationToken).ConfigureAwait(false);
        return bytes?[..LengthOf(bytes.Value, bundle)];
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadWholeTileAsync(TileCoordinate tile, CancellationToken cancellationToken)
    {
        var length = tile.Width * MerkleHash.Size;
        var bytes = await files.ReadAsync(tile.Path, length + 1, cancellationToken).ConfigureAwait(false);
        return bytes is { } found && found.Length != length
            ? throw new AuditFormatException(
                $"The tile '{files.Locate(tile.Path)}' has {Count(found.Length, length)} bytes; {tile.Width} hashes take {length}.")
            : bytes;
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadWholeBundleAsync(
        EntryBundleCoordinate bundle, CancellationToken cancellationToken)
    {
        int least = bundle.Width * EntryBundle.LengthPrefix, most = EntryBundle.MaxLength(bundle.Width);
        var bytes = await files.ReadAsync(bundle.Path, most + 1, cancellationToken).ConfigureAwait(false);
        return bytes is { } found && (found.Length < least || found.Length > most)
            ? throw new AuditFormatException(
                $"The entry bundle '{files.Locate(bundle.Path)}' has {Count(found.Length, most)} bytes; "
                + $"{bundle.Width} entries take {least} to {most}.")
            : bytes;
    }

    private int LengthOf(ReadOnlyMemory<byte> full, EntryBundleCoordinate bundle)
    {
        var length = EntryBundle.LengthOf(full.Span, bundle.Width);
        return length >= 0
            ? length
            : throw new AuditFormatException(
                $"The entry bundle '{files.Locate(bundle.Full.Path)}' ends before its first {bundle.Width} entries do.");
    }

    private static string Count(int found, int most) => found > most ? $"more than {most}" : $"{found}";
}
