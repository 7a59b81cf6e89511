using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage;

/// <summary>A run of committed entries, as a sink has them together.</summary>
/// <param name="FirstIndex">Index of the first entry.</param>
/// <param name="Count">Number of entries, at least 1.</param>
/// <param name="Entries">The entries one after the other, each behind its length as a 16-bit big-endian number.</param>
public readonly record struct CommittedEntries(long FirstIndex, int Count, ReadOnlyMemory<byte> Entries)
{
    /// <summary>The run's entries from an index on.</summary>
    /// <exception cref="AuditLogUnreadableException">The run holds fewer entries than it says.</exception>
    internal IEnumerable<ReadOnlyMemory<byte>> From(long index)
    {
        var position = 0;
        for (var at = FirstIndex; at < FirstIndex + Count; at++)
        {
            var rest = Entries.Span[position..];
            if (!EntryBundle.TryReadEntry(ref rest, out var entry))
            {
                throw new AuditLogUnreadableException($"The stored run of entries from {FirstIndex} on is cut off at entry {at}. Verify the log.");
            }

            position = Entries.Length - rest.Length;
            if (at >= index)
            {
                yield return Entries.Slice(position - entry.Length, entry.Length);
            }
        }
    }
}
