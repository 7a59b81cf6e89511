namespace ImmutableAudit.Storage;

/// <summary>How completing a commit ended.</summary>
public enum CommitOutcome
{
    /// <summary>Every entry of the batch is durable.</summary>
    Committed,

    /// <summary>Another writer was first. Nothing was written; open a commit on the new head (LOG.md L26).</summary>
    Conflict,

    /// <summary>There is no room until more is published. Nothing was written; publish, then try again (LOG.md L5).</summary>
    Full,
}
