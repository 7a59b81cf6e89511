using ImmutableAudit.Merkle;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// The trees that this process's commits have led to and that it has not found in a larger one yet, the smallest first: what it signs must contain
/// each of them. The newest alone does not say it, as what another has appended in between stands on whatever was in front of it by then.
/// Thread-safe.
/// </summary>
internal sealed class OwnTrees
{
    /// <summary>As many as are held, of 2 KiB each: one is added whenever another has appended in between.</summary>
    private const int Most = 1024;

    private readonly Lock _gate = new();
    private readonly List<CompactRange> _trees = [];

    /// <summary>Whether something has to be integrated before more is committed.</summary>
    public bool AreMany
    {
        get
        {
            lock (_gate)
            {
                return _trees.Count >= Most;
            }
        }
    }

    /// <summary>Takes up the tree that a commit has led to; in the place of the one that it began with, where that is this process's, too.</summary>
    public void Commit(CompactRange from, CompactRange to)
    {
        lock (_gate)
        {
            if (_trees.Count > 0 && _trees[^1].Size == from.Size && _trees[^1].Nodes.SequenceEqual(from.Nodes))
            {
                _trees.RemoveAt(_trees.Count - 1);
            }

            _trees.Add(to);
        }
    }

    /// <summary>All of them, as they are now.</summary>
    public IReadOnlyList<CompactRange> Now()
    {
        lock (_gate)
        {
            return [.. _trees];
        }
    }

    /// <summary>These were found in a larger tree, which the caller keeps.</summary>
    public void Found(IReadOnlyList<CompactRange> trees)
    {
        var found = trees.ToHashSet();
        lock (_gate)
        {
            _trees.RemoveAll(found.Contains);
        }
    }
}
