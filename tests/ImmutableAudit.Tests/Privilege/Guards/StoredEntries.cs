using ImmutableAudit.Storage.InMemory;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>What a store holds, whatever a log on it says.</summary>
internal static class StoredEntries
{
    public static async Task<List<AuditEntry>> OfAsync(InMemoryStore store)
    {
        var sink = new InMemorySink(store);
        var entries = new List<AuditEntry>();
        while (await sink.ReadCommittedAsync(entries.Count, default) is { } run)
        {
            foreach (var bytes in run.From(entries.Count).ToList())
            {
                entries.Add(AuditEntry.Decode(entries.Count, bytes));
            }
        }

        return entries;
    }
}
