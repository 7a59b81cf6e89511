namespace ImmutableAudit.Privilege;

/// <summary>Counts who said that somebody had roles (PRIVILEGE.md P16). Not thread-safe.</summary>
internal sealed class RoleSources
{
    private readonly Counter _policy = new(null);
    private readonly OrderedDictionary<string, Counter> _others = new(StringComparer.Ordinal);

    /// <summary>The counters of those who say so, each once.</summary>
    public Counter[] Of(IReadOnlyList<AuditRole> roles) => [.. roles.Select(role => Of(role.Source)).OfType<Counter>().Distinct()];

    public IReadOnlyList<RoleSource> ToList() =>
        [.. _others.Values.OrderBy(counter => counter.Source, StringComparer.Ordinal).Prepend(_policy).Select(counter => new RoleSource(counter.Source, counter.Entries))];

    private Counter? Of(string? source)
    {
        if (source is null)
        {
            return _policy;
        }

        if (!_others.TryGetValue(source, out var counter) && _others.Count < AccessReport.MaxListed)
        {
            _others[source] = counter = new Counter(source);
        }

        return counter;
    }

    internal sealed class Counter(string? source)
    {
        public string? Source { get; } = source;

        public long Entries { get; set; }
    }
}
