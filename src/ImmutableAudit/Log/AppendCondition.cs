namespace ImmutableAudit.Log;

/// <summary>
/// What must hold for entries to be appended (LOG.md L8). Evaluated on the log's own thread, again whenever another writer was
/// first: quick and without side effects.
/// </summary>
/// <param name="head">The head that the entries would stand on.</param>
/// <param name="time">The time that they would be stamped with (PRIVILEGE.md P3).</param>
internal delegate bool AppendCondition(LogHead head, DateTimeOffset time);
