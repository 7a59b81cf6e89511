using System.Diagnostics.Metrics;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImmutableAudit;

/// <summary>What a log is opened with. <see cref="Origin"/>, <see cref="Sink"/> and one signer are required.</summary>
public sealed class AuditLogOptions
{
    /// <summary>The log's name, first line of every checkpoint: like a URL without scheme, as <c>shop.example/audit</c>. No spaces, no <c>+</c>, at most 255 bytes.</summary>
    public string Origin { get; set; } = "";

    /// <summary>Where the log is stored. The log takes it over, for good, and disposes it: each has a sink of its own.</summary>
    public IAuditSink? Sink { get; set; }

    /// <summary>Who signs checkpoints: at least one, and one of them named like the origin. While a key is being replaced, the old and the new one (LOG.md L20).</summary>
    public IList<INoteSigner> Signers { get; } = [];

    /// <summary>Earlier keys by which the stored checkpoint may be signed (LOG.md L20). The signers' own are always accepted.</summary>
    public IList<INoteVerifier> AcceptedKeys { get; } = [];

    /// <summary>Who remembers published checkpoints apart from the log (LOG.md L18). Without one, a log put back to an earlier state is not noticed by its writer.</summary>
    public IList<ICheckpointObserver> Observers { get; } = [];

    /// <summary>The final checkpoint of the log that this one succeeds; named by the first entry when the log is created (LOG.md L19).</summary>
    public SignedCheckpoint? Predecessor { get; set; }

    /// <summary>Whether <c>log.opened</c> and <c>log.closed</c> record each run of the process.</summary>
    public bool RecordSessions { get; set; }

    /// <summary>Longest time from a commit to the checkpoint that covers it, 10 ms to 1 day; by default one second (LOG.md L23).</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Entries that may wait encoded in memory, at least 1; by default 65,536. Beyond it appends wait with no bytes but their caller's event.</summary>
    public int MaxQueuedEntries { get; set; } = 65_536;

    /// <summary>Bytes that may wait encoded in memory, at least 65,536; by default 32 MiB. Beyond it appends wait.</summary>
    public long MaxQueuedBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>How far the clock may run ahead of the time that has passed since the last entry of this run; by default one hour (LOG.md L9).</summary>
    public TimeSpan MaxClockJump { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The clock. By default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where the log reports. By default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Makes the meter <c>ImmutableAudit</c>. By default one of the log's own.</summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>Whether the key was generated for a trial, which production refuses.</summary>
    internal bool HasGeneratedKey { get; set; }

    /// <summary>How long closing waits for the outcomes of acts under way (PRIVILEGE.md P6).</summary>
    internal TimeSpan OutcomeGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether production takes what is meant for trials.</summary>
    internal bool AllowTrialInProduction { get; set; }

    /// <summary>Says what is missing or out of range, one sentence each; empty where nothing is.</summary>
    internal IEnumerable<string> Validate()
    {
        if (NoteKeyName.FindFault(Origin) is { } fault)
        {
            yield return $"The origin '{Printable.Of(Origin)}' cannot name a log: it {fault}. Set it to a name like 'shop.example/audit'.";
        }

        if (Sink is null)
        {
            yield return "No sink is set: say where the log is stored, as with UseFileSystem.";
        }

        if (Signers.Count == 0)
        {
            yield return "No signer is set: say with which key checkpoints are signed, as with SignWithPemFile.";
        }
        else if (Signers.All(signer => signer.Verifier.Name != Origin))
        {
            yield return $"No signer is named like the log's origin '{Printable.Of(Origin)}', by which verifiers tell the log's key from a witness's (C2SP tlog-checkpoint). Name one of them so.";
        }

        if (CheckpointInterval < TimeSpan.FromMilliseconds(10) || CheckpointInterval > TimeSpan.FromDays(1))
        {
            yield return $"CheckpointInterval is {CheckpointInterval}; it must be from 10 milliseconds to 1 day.";
        }

        if (MaxQueuedEntries < 1)
        {
            yield return $"MaxQueuedEntries is {MaxQueuedEntries}; it must be at least 1.";
        }

        if (MaxQueuedBytes < 65_536)
        {
            yield return $"MaxQueuedBytes is {MaxQueuedBytes}; it must be at least 65,536.";
        }

        if (MaxClockJump <= TimeSpan.Zero)
        {
            yield return $"MaxClockJump is {MaxClockJump}; it must be positive.";
        }
    }
}
