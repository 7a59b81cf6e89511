namespace ImmutableAudit.Storage.FileSystem;

/// <summary>When a commit to a directory counts as done, and its caller goes on.</summary>
public enum CommitDurability
{
    /// <summary>When the disk has it: neither a killed process nor a power failure takes it back.</summary>
    Flushed,

    /// <summary>
    /// When the operating system has it: a killed process does not take it back, a power failure may. What is lost then is the
    /// end of the log, never a part from its middle; what a checkpoint covers, and what <see cref="IAuditLog.FlushAsync"/> has
    /// answered for, is never lost. For what is worth less than the wait: not for decisions that have to be provable.
    /// </summary>
    Buffered,
}
