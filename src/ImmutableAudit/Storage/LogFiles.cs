using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>
/// Reads a tiled log from its files, wherever these lie: how long each may be, and the way from a missing partial file to
/// the full one (L14).
/// </summary>
internal sealed class LogFiles(ILogFileSource files) : ILogReader, ILocalLog
{
    public const string CheckpointPath = "checkpoint";

    public ILocalFiles? Local { get; } = files is ILocalFileSource local ? new LocalLogFiles(local) : null;

    public static bool IsLengthOf(EntryBundleCoordinate bundle, long length) =>
        length >= bundle.Width * EntryBundle.LengthPrefix && length <= EntryBundle.MaxLength(bundle.Width);

    public static AuditFormatException WrongLength(string file, TileCoordinate tile, long found)
    {
        var length = tile.Width * MerkleHash.Size;
        return new($"The tile '{file}' has {Count(found, length)} bytes; {tile.Width} hashes take {length}.");
    }

    public static AuditFormatException WrongLength(string file, EntryBundleCoordinate bundle, long found)
    {
        int least = bundle.Width * EntryBundle.LengthPrefix, most = EntryBundle.MaxLength(bundle.Width);
        return new($"The entry bundle '{file}' has {Count(found, most)} bytes; {bundle.Width} entries take {least} to {most}.");
    }

    public static AuditFormatException EndsEarly(string file, int entries) =>
        new($"The entry bundle '{file}' ends before its first {entries} entries do.");

    public static AuditLogUnreadableException Unreadable(string file, Exception cause) =>
        new($"The file '{file}' cannot be read: {cause.Message}", cause);

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
            ? throw WrongLength(files.Locate(tile.Path), tile, found.Length)
            : bytes;
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadWholeBundleAsync(
        EntryBundleCoordinate bundle, CancellationToken cancellationToken)
    {
        var bytes = await files.ReadAsync(bundle.Path, EntryBundle.MaxLength(bundle.Width) + 1, cancellationToken).ConfigureAwait(false);
        return bytes is { } found && !IsLengthOf(bundle, found.Length)
            ? throw WrongLength(files.Locate(bundle.Path), bundle, found.Length)
            : bytes;
    }

    private int LengthOf(ReadOnlyMemory<byte> full, EntryBundleCoordinate bundle)
    {
        var length = EntryBundle.LengthOf(full.Span, bundle.Width);
        return length >= 0
            ? length
            : throw EndsEarly(files.Locate(bundle.Full.Path), bundle.Width);
    }

    private static string Count(long found, int most) => found > most ? $"more than {most}" : $"{found}";
}
