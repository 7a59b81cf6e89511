using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using Microsoft.Extensions.Logging;

namespace ImmutableAudit.Log;

/// <summary>What the parts of one open log share.</summary>
internal sealed class LogServices(AuditLogOptions options, ILogger logger, AuditLogMetrics metrics)
{
    private long _privilegeHead = LogHead.Empty.PrivilegeHead;

    public AuditLogOptions Options { get; } = options;

    public IAuditSink Sink { get; } = options.Sink!;

    public ILogger Logger { get; } = logger;

    public AuditLogMetrics Metrics { get; } = metrics;

    public LogStatus Status { get; } = new();

    /// <summary>Index of the newest entry that decisions are based on, as the committing thread last saw it (PRIVILEGE.md P1).</summary>
    public long PrivilegeHead
    {
        get => Volatile.Read(ref _privilegeHead);
        set => Volatile.Write(ref _privilegeHead, value);
    }

    /// <summary>Signalled after every commit, for those who follow the log.</summary>
    public ChangeSignal Committed { get; } = new();

    /// <summary>Who signs, as it was when the log was opened.</summary>
    public IReadOnlyList<INoteSigner> Signers { get; } = [.. options.Signers];

    /// <summary>Every key whose signature on the log's checkpoint is accepted (LOG.md L20).</summary>
    public IReadOnlyList<INoteVerifier> AcceptedKeys { get; } =
        [.. options.Signers.Select(signer => signer.Verifier), .. options.AcceptedKeys];
}
