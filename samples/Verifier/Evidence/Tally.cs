namespace ImmutableAudit.Verifier.Evidence;

/// <summary>How many entries there are of one kind, and some of them: the first two and the newest.</summary>
internal sealed class Tally
{
    private const int First = 2;

    private readonly List<long> _first = [];
    private long _last;

    public long Count { get; private set; }

    /// <summary>Some of the entries, in their order.</summary>
    public IReadOnlyList<long> Samples => Count > First ? [.. _first, _last] : _first;

    public void Add(long entry)
    {
        Count++;
        _last = entry;
        if (_first.Count < First)
        {
            _first.Add(entry);
        }
    }
}
