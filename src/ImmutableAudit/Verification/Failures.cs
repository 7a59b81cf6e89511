using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;
using Kind = ImmutableAudit.Verification.VerificationFailureKind;

namespace ImmutableAudit.Verification;

/// <summary>Words each failure, once.</summary>
internal static class Failures
{
    public static VerificationFailure Plain(Kind kind, string message) => new() { Kind = kind, Message = message };

    /// <summary>Verifies a checkpoint's signatures and whose it is; what is wrong with them, if anything.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="name">What it is, as part of a sentence.</param>
    /// <param name="origin">The log that is meant, if it is known.</param>
    /// <param name="keys">The keys to trust.</param>
    /// <param name="signers">Those of them that signed.</param>
    public static VerificationFailure? OfSignatures(
        SignedCheckpoint checkpoint, string name, string? origin, IReadOnlyList<INoteVerifier> keys, out IReadOnlyList<INoteVerifier> signers)
    {
        if (checkpoint.TryVerify(origin, keys, out signers, out var reason))
        {
            return null;
        }

        var kind = checkpoint.Note.TryVerify(keys, out _, out _) ? Kind.Origin : Kind.Signature;
        return Plain(kind, $"{char.ToUpperInvariant(name[0])}{name[1..]} is not to be trusted. {reason}");
    }

    public static VerificationFailure Missing(string path, long firstEntry, long size) => new()
    {
        Kind = Kind.Missing,
        Path = path,
        EntryIndex = path.StartsWith("tile/entries/", StringComparison.Ordinal) ? firstEntry : null,
        Message = $"'{path}' is not there, which a log of {size} entries has: it was deleted, or the copy is incomplete.",
    };

    public static VerificationFailure Malformed(string path, string message, long? entry = null) =>
        new() { Kind = Kind.Malformed, Path = path, EntryIndex = entry, Message = message };

    public static VerificationFailure BundleEndsEarly(EntryBundleCoordinate bundle, long entry) => Malformed(
        bundle.Path,
        $"Entry {entry} is not whole: '{bundle.Path}' ends before it does. The bundle was cut off, or the length of this entry altered.",
        entry);

    public static VerificationFailure BundleEndsLate(EntryBundleCoordinate bundle, int rest) => Malformed(
        bundle.Path, $"'{bundle.Path}' has {rest} bytes behind its {bundle.Width} entries, which were not signed.");

    public static VerificationFailure WrongLength(TileCoordinate tile, int found) => new()
    {
        Kind = Kind.Malformed,
        Path = tile.Path,
        Expected = $"{tile.Width * MerkleHash.Size} bytes",
        Found = $"{found} bytes",
        Message = $"'{tile.Path}' has {found} bytes; {tile.Width} hashes take {tile.Width * MerkleHash.Size}.",
    };

    public static VerificationFailure NoTime(EntryBundleCoordinate bundle, long entry) => new()
    {
        Kind = Kind.Time,
        EntryIndex = entry,
        Path = bundle.Path,
        Message = $"Entry {entry} has no valid 'time', so its place in time cannot be checked.",
    };

    public static VerificationFailure TimeRunsBack(EntryBundleCoordinate bundle, long entry, DateTimeOffset before, DateTimeOffset time) => new()
    {
        Kind = Kind.Time,
        EntryIndex = entry,
        Path = bundle.Path,
        Expected = $"{before:O} or later",
        Found = $"{time:O}",
        Message = $"Entry {entry} is of {time:O}, but the entry before it of {before:O}: time ran backwards.",
    };

    public static VerificationFailure Leaf(
        EntryBundleCoordinate bundle, TileCoordinate tile, long entry, MerkleHash computed, MerkleHash stored, TileVerdict verdict) => verdict switch
        {
            TileVerdict.StoredIsSigned => new()
            {
                Kind = Kind.EntryAltered,
                EntryIndex = entry,
                Path = bundle.Path,
                Expected = $"{stored}",
                Found = $"{computed}",
                Message = $"Entry {entry} was altered: its hash is {computed}, but the log has signed {stored}. It is in '{bundle.Path}'.",
            },
            TileVerdict.ComputedIsSigned => new()
            {
                Kind = Kind.TileAltered,
                EntryIndex = entry,
                Path = tile.Path,
                Expected = $"{computed}",
                Found = $"{stored}",
                Message = $"'{tile.Path}' was altered: for entry {entry} it has {stored}, but the log has signed {computed}, which the entry's hash is.",
            },
            _ => new()
            {
                Kind = Kind.Mismatch,
                EntryIndex = entry,
                Path = bundle.Path,
                Expected = $"{stored}",
                Found = $"{computed}",
                Message = $"Entry {entry} in '{bundle.Path}' has the hash {computed}, but '{tile.Path}' has {stored} for it. "
                    + "Neither leads to the signed root: more than one file was altered, or entries were removed or inserted.",
            },
        };

    public static VerificationFailure Node(
        TileCoordinate tile, long first, long count, MerkleHash computed, MerkleHash stored, TileVerdict verdict)
    {
        var entries = $"entries {first} to {first + count - 1}";
        return verdict switch
        {
            TileVerdict.StoredIsSigned => new()
            {
                Kind = Kind.EntryAltered,
                Path = tile.Path,
                Expected = $"{stored}",
                Found = $"{computed}",
                Message = $"At least one of {entries} was altered together with the tiles below '{tile.Path}': "
                    + $"these entries have the root {computed}, but the log has signed {stored}.",
            },
            TileVerdict.ComputedIsSigned => new()
            {
                Kind = Kind.TileAltered,
                Path = tile.Path,
                Expected = $"{computed}",
                Found = $"{stored}",
                Message = $"'{tile.Path}' was altered: for {entries} it has {stored}, but the log has signed {computed}, which these entries have.",
            },
            _ => new()
            {
                Kind = Kind.Mismatch,
                Path = tile.Path,
                Expected = $"{stored}",
                Found = $"{computed}",
                Message = $"{char.ToUpperInvariant(entries[0])}{entries[1..]} have the root {computed}, but '{tile.Path}' has {stored} for them. "
                    + "Neither leads to the signed root: more than one file was altered.",
            },
        };
    }

    /// <summary>Of entries that were not read.</summary>
    public static VerificationFailure TileBelow(TileCoordinate tile, MerkleHash computed, MerkleHash signed) => new()
    {
        Kind = Kind.TileAltered,
        Path = tile.Path,
        Expected = $"{signed}",
        Found = $"{computed}",
        Message = $"'{tile.Path}' was altered: its hashes have the root {computed}, but the log has signed {signed}.",
    };

    public static VerificationFailure Root(Checkpoint signed, MerkleHash found) => new()
    {
        Kind = Kind.Root,
        Expected = $"{signed.Root}",
        Found = $"{found}",
        Message = $"The {signed.Size} entries and their tiles agree with each other, but their root is {found} and the log has signed {signed.Root}: "
            + "entries were altered, and the tiles made to fit, by somebody who cannot sign.",
    };

    public static VerificationFailure Shorter(string what, Checkpoint earlier, long size) => new()
    {
        Kind = Kind.Shorter,
        Expected = $"{earlier.Size} entries or more",
        Found = $"{size} entries",
        Message = $"The log is shorter than {what}: it has {size} entries, but had {earlier.Size}. Its tail was cut off, or this is an older copy.",
    };

    public static VerificationFailure Inconsistent(string what, Checkpoint earlier, MerkleHash found) => new()
    {
        Kind = Kind.Inconsistent,
        Expected = $"{earlier.Root}",
        Found = $"{found}",
        Message = $"The log's first {earlier.Size} entries are not those of {what}: their root is {found}, and was {earlier.Root}. "
            + "History was rewritten and signed again.",
    };
}
