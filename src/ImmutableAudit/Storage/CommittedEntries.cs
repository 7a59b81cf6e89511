namespace ImmutableAudit.Storage;

/// <summary>A run of committed entries, as a sink has them together.</summary>
/// <param name="FirstIndex">Index of the first entry.</param>
/// <param name="Count">Number of entries, at least 1.</param>
/// <param name="Entries">The entries one after the other, each behind its length as a 16-bit big-endian number.</param>
public readonly record struct CommittedEntries(long FirstIndex, int Count, ReadOnlyMemory<byte> Entries);
