namespace ImmutableAudit.Privilege;

/// <summary>The violations found so far: the first of them, and how many of each kind. Not thread-safe.</summary>
internal sealed class Findings
{
    private readonly SortedDictionary<AccessViolationKind, long> _counts = [];

    public FirstFew<AccessViolation> Violations { get; } = new(AccessReport.MaxViolations);

    public IReadOnlyDictionary<AccessViolationKind, long> Counts => _counts;

    public void Add(AccessViolationKind kind, string text, params IEnumerable<long> entries)
    {
        _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        if (Violations.HasRoom)
        {
            Violations.Add(new AccessViolation(kind, [.. entries.Where(index => index >= 0).Distinct().Order()], text));
        }
        else
        {
            Violations.Skip();
        }
    }
}

/// <summary>Keeps the first of many, and counts all. Not thread-safe.</summary>
internal sealed class FirstFew<T>(int most)
{
    private readonly List<T> _items = [];

    public IReadOnlyList<T> Items => _items;

    public long Count { get; private set; }

    public bool HasRoom => _items.Count < most;

    public void Add(T item)
    {
        Count++;
        if (HasRoom)
        {
            _items.Add(item);
        }
    }

    public void Skip() => Count++;
}
