using System.Runtime.InteropServices;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Every grant that ever was live, and the entry that ended it: 16 bytes for each, so that an act under one that is over is told from
/// one under a grant that never was. Not thread-safe.
/// </summary>
internal sealed class GrantEnds
{
    private const long None = -1;

    /// <summary>By id; those that come late stand near the end, as requests wait for a bounded time.</summary>
    private readonly List<(long Grant, long End)> _grants = [];

    public long Count => _grants.Count;

    public void Begin(long grant)
    {
        if (Place(grant) is < 0 and var missing)
        {
            _grants.Insert(~missing, (grant, None));
        }
    }

    public void End(long grant, long entry)
    {
        if (Place(grant) is >= 0 and var place)
        {
            CollectionsMarshal.AsSpan(_grants)[place].End = entry;
        }
    }

    /// <summary>Whether it ever was live.</summary>
    /// <param name="grant">Its id.</param>
    /// <param name="end">The entry that ended it or told its end; negative where there is none.</param>
    public bool WasLive(long grant, out long end)
    {
        var place = Place(grant);
        end = place >= 0 ? _grants[place].End : None;
        return place >= 0;
    }

    private int Place(long grant) => _grants.BinarySearch((grant, 0), ById.Instance);

    private sealed class ById : IComparer<(long Grant, long End)>
    {
        public static ById Instance { get; } = new();

        public int Compare((long Grant, long End) x, (long Grant, long End) y) => x.Grant.CompareTo(y.Grant);
    }
}
