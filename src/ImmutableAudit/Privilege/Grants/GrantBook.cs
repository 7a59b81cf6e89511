using System.Collections.Immutable;

namespace ImmutableAudit.Privilege;

/// <summary>Every request and grant that is not over, as entries have it. Immutable.</summary>
internal sealed class GrantBook
{
    private readonly ImmutableSortedDictionary<long, GrantRecord> _records;
    private readonly ImmutableDictionary<string, ImmutableSortedSet<long>> _requests;
    private readonly ImmutableDictionary<string, ImmutableSortedSet<long>> _votes;
    private readonly ImmutableSortedSet<(long Ticks, long Index)> _deadlines;

    private GrantBook(
        ImmutableSortedDictionary<long, GrantRecord> records,
        ImmutableDictionary<string, ImmutableSortedSet<long>> requests,
        ImmutableDictionary<string, ImmutableSortedSet<long>> votes,
        ImmutableSortedSet<(long, long)> deadlines)
    {
        _records = records;
        _requests = requests;
        _votes = votes;
        _deadlines = deadlines;
    }

    /// <summary>No request.</summary>
    public static GrantBook Empty { get; } = new(
        ImmutableSortedDictionary<long, GrantRecord>.Empty,
        ImmutableDictionary.Create<string, ImmutableSortedSet<long>>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, ImmutableSortedSet<long>>(StringComparer.Ordinal),
        []);

    /// <summary>How many there are.</summary>
    public int Count => _records.Count;

    /// <summary>All, in the order in which they were asked for.</summary>
    public IEnumerable<GrantRecord> All => _records.Values;

    /// <summary>When the next one of an application ends by itself; the least value where a policy has ended one and that is not told yet.</summary>
    public DateTimeOffset? NextEndIn(string application)
    {
        foreach (var (ticks, index) in _deadlines)
        {
            if (_records[index].Application == application)
            {
                return new DateTimeOffset(ticks, TimeSpan.Zero);
            }
        }

        return null;
    }

    /// <summary>Finds one by its id.</summary>
    public GrantRecord? Find(long index) => _records.GetValueOrDefault(index);

    /// <summary>Those that any of these humans has asked for.</summary>
    public IEnumerable<GrantRecord> AskedForBy(IEnumerable<string> humans) => Of(_requests, humans);

    /// <summary>Those that any of these humans has approved.</summary>
    public IEnumerable<GrantRecord> ApprovedBy(IEnumerable<string> humans) => Of(_votes, humans);

    /// <summary>The grants of one subject in one application, those whose time is over and not told among them.</summary>
    public IEnumerable<AccessGrant> GrantsOf(SubjectKey subject, string application) =>
        _requests.IsEmpty ? [] : AskedForBy([Humans.OfAccount(subject)]).Where(record => record.Subject == subject && record.Application == application).Select(record => record.Grant).OfType<AccessGrant>();

    /// <summary>Those that have ended by themselves and of which that is not told, the first to end first.</summary>
    public IEnumerable<GrantRecord> Due(DateTimeOffset time) =>
        _deadlines.TakeWhile(deadline => deadline.Ticks <= time.UtcTicks).Select(deadline => _records[deadline.Index]);

    /// <summary>With this one, in the place of its earlier form.</summary>
    public GrantBook With(GrantRecord record)
    {
        var old = Find(record.Index);
        var requests = old is null ? Add(_requests, record.Humans, record.Index) : _requests;
        var votes = _votes;
        foreach (var vote in record.Votes.Skip(old?.Votes.Length ?? 0))
        {
            votes = Add(votes, vote.Humans, record.Index);
        }

        var deadlines = old is null ? _deadlines : _deadlines.Remove(Deadline(old));
        return new GrantBook(
            _records.SetItem(record.Index, record), requests, votes, record.Stage == GrantStage.Over ? deadlines : deadlines.Add(Deadline(record)));
    }

    /// <summary>Without this one, which is over.</summary>
    public GrantBook Without(GrantRecord record) => new(
        _records.Remove(record.Index),
        Remove(_requests, record.Humans, record.Index),
        record.Votes.Aggregate(_votes, (votes, vote) => Remove(votes, vote.Humans, record.Index)),
        _deadlines.Remove(Deadline(record)));

    private static (long, long) Deadline(GrantRecord record) => (record.EndedBy is null ? record.Until.UtcTicks : 0, record.Index);

    private static ImmutableDictionary<string, ImmutableSortedSet<long>> Add(
        ImmutableDictionary<string, ImmutableSortedSet<long>> places, ImmutableArray<string> humans, long index)
    {
        foreach (var human in humans)
        {
            places = places.SetItem(human, places.GetValueOrDefault(human, []).Add(index));
        }

        return places;
    }

    private static ImmutableDictionary<string, ImmutableSortedSet<long>> Remove(
        ImmutableDictionary<string, ImmutableSortedSet<long>> places, ImmutableArray<string> humans, long index)
    {
        foreach (var human in humans)
        {
            var left = places.GetValueOrDefault(human, []).Remove(index);
            places = left.IsEmpty ? places.Remove(human) : places.SetItem(human, left);
        }

        return places;
    }

    private IEnumerable<GrantRecord> Of(ImmutableDictionary<string, ImmutableSortedSet<long>> places, IEnumerable<string> humans) =>
        humans.SelectMany(human => places.GetValueOrDefault(human, [])).Distinct().Select(index => _records[index]);
}
