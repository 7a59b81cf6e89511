using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Verification;

/// <summary>What one entry bundle was found to be, by itself: all that is needed to put the log together from its bundles.</summary>
internal sealed class BundleReport(EntryBundleCoordinate bundle)
{
    private Dictionary<long, ReadOnlyMemory<byte>>? _kept;

    public EntryBundleCoordinate Bundle { get; } = bundle;

    /// <summary>The level-0 tile that the bundle was compared with.</summary>
    public TileCoordinate Tile { get; } = new(0, bundle.Index, bundle.Width);

    /// <summary>The first thing wrong in it, unless that is <see cref="Mismatch"/>.</summary>
    public VerificationFailure? Failure { get; set; }

    /// <summary>The first entry, counted within the bundle, whose hash is not the tile's, if that is the first thing wrong.</summary>
    public int? Mismatch { get; set; }

    /// <summary>The leaf hashes, as many as could be computed; none where nothing is wrong and nobody asked for them.</summary>
    public MerkleHash[] Leaves { get; set; } = [];

    /// <summary>The hashes that the tile holds, where there are leaf hashes.</summary>
    public MerkleHash[] Stored { get; set; } = [];

    /// <summary>The root over a full bundle.</summary>
    public MerkleHash Root { get; set; }

    /// <summary>The entries, decoded, where nothing is wrong and a visitor is to see them.</summary>
    public IReadOnlyList<VisitedEntry> Entries { get; set; } = [];

    /// <summary>The time of the first entry, if nothing is wrong with that.</summary>
    public DateTimeOffset? FirstTime { get; set; }

    /// <summary>The time of the last entry before anything wrong.</summary>
    public DateTimeOffset? LastTime { get; set; }

    /// <summary>The entries that were asked for.</summary>
    public Dictionary<long, ReadOnlyMemory<byte>> Kept => _kept ??= [];

    /// <summary>Whether there is any of them.</summary>
    public bool HasKept => _kept is not null;

    /// <summary>Whether anything is wrong.</summary>
    public bool IsWrong => Failure is not null || Mismatch is not null;
}
