using ImmutableAudit.Storage;

namespace ImmutableAudit.Testing;

/// <summary>
/// What the author of a sink tells the conformance suite: how to make one, and what can be done to its storage. A harness is
/// one store; each case gets a fresh one.
/// </summary>
/// <remarks>What a harness cannot do makes the cases that need it not applicable, with the reason; they do not pass.</remarks>
public abstract class SinkHarness : IAsyncDisposable
{
    /// <summary>Why nothing can be tried here, such as a server that is not installed: then no case applies. <see langword="null"/> where there is nothing in the way.</summary>
    public virtual string? Obstacle => null;

    /// <summary>Whether the store holds any number of logs by their names, so that one of another name is another log.</summary>
    public virtual bool HoldsManyLogs => false;

    /// <summary>Whether <see cref="CrashAsync"/> is there. Every sink that calls itself durable should say yes.</summary>
    public virtual bool CanCrash => false;

    /// <summary>Whether <see cref="BreakAsync"/> and <see cref="MendAsync"/> are there.</summary>
    public virtual bool CanBreak => false;

    /// <summary>Whether <see cref="CorruptAsync"/> is there.</summary>
    public virtual bool CanCorrupt => false;

    /// <summary>Bytes of committed, unpublished entries from which on the sink answers <see cref="CommitOutcome.Full"/> at the latest; <see langword="null"/> where it never does.</summary>
    public virtual long? Capacity => null;

    /// <summary>Longest that one case may take before it has failed; by default two minutes.</summary>
    public virtual TimeSpan Patience => TimeSpan.FromMinutes(2);

    /// <summary>Makes the store ready, where that takes waiting. Called once, before anything else.</summary>
    public virtual ValueTask PrepareAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Makes a sink on the harness's one store, as a process of its own would: not claimed. Called several times in a case, for a
    /// second writer, or for the next run of the first. The suite disposes it.
    /// </summary>
    public abstract IAuditSink CreateSink();

    /// <summary>
    /// Ends a claimed sink at this moment, whatever it is in the midst of, as a killed process or a lost machine would: nothing of it is
    /// closed or completed, and nothing that it does from now on reaches the store of which the next sinks are made.
    /// </summary>
    public virtual ValueTask CrashAsync(IAuditSink sink) => throw new NotSupportedException();

    /// <summary>From now on the store cannot be read or written: it fails as it would in operation, at once.</summary>
    public virtual ValueTask BreakAsync() => throw new NotSupportedException();

    /// <summary>The store works again, and holds what it held.</summary>
    public virtual ValueTask MendAsync() => throw new NotSupportedException();

    /// <summary>Changes a byte of an entry that is committed and not yet integrated, where it is stored, behind the sink's back.</summary>
    public virtual ValueTask CorruptAsync(long index) => throw new NotSupportedException();

    /// <summary>Removes the store. Every sink of it has been disposed.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
