using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Replay;

/// <summary>Replays entries that are decoded already.</summary>
internal static class Replayed
{
    public static AccessReport Of(IEnumerable<AuditEntry> entries, params PolicyDigest[] pinned)
    {
        var replay = new AccessReplay(pinned);
        foreach (var entry in entries)
        {
            replay.Add(entry);
        }

        return replay.Complete();
    }
}
