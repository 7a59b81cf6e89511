namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// Holds entries, in order, against what every verifier will ask of them, before they are signed: each has a time, none earlier than the one in
/// front, or later than the head's. The database cannot see to that, and somebody else may have appended them, past this library.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="read">Reads an entry's time.</param>
/// <param name="head">The time of the last entry, as the head says.</param>
internal sealed class EntryTimes(StoredLog log, EntryTimeReader read, DateTimeOffset head)
{
    private DateTimeOffset _last = DateTimeOffset.MinValue;

    /// <summary>Looks at the next entry.</summary>
    /// <exception cref="AuditLogCorruptException">It must not be signed.</exception>
    public void Check(long index, ReadOnlySpan<byte> entry)
    {
        if (!read(entry, out var time))
        {
            throw Refused(index, "is none: it has no time");
        }

        if (time < _last)
        {
            throw Refused(index, $"is of {time:O}, but the one in front of it of {_last:O}");
        }

        if (time > head)
        {
            throw Refused(index, $"is of {time:O}, but the log's newest of {head:O}");
        }

        _last = time;
    }

    private AuditLogCorruptException Refused(long index, string why) => new(
        $"Entry {index} of {log} {why}: it was changed in the database, or appended past this library. It is not signed. Nothing was changed. Find out who has the writer's role, and restore the database.");
}
