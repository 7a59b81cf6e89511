using System.Text.Json.Serialization;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Events;
using ImmutableAudit.Storage;

namespace ImmutableAudit.Log;

/// <summary>The entries that the log writes about itself.</summary>
internal static partial class LibraryEvents
{
    /// <summary>Who acts when the log itself does.</summary>
    private static readonly AuditSubject Library = new() { Issuer = "immutableaudit", Id = "log", Kind = "process" };

    /// <summary><c>log.opened</c>: a run began, or a log that succeeds another (LOG.md L19).</summary>
    public static AppendRequest Opened(string session, SignedCheckpoint? predecessor) => Request(new AuditEvent
    {
        Actor = Library,
        Action = EventTypes.LogOpened,
        Type = EventTypes.LogOpened,
        Session = session,
        Details = predecessor is null ? null : AuditDetails.From(
            new PredecessorDetails(new PredecessorLog(
                predecessor.Checkpoint.Origin,
                predecessor.Checkpoint.Size,
                predecessor.Checkpoint.Root.ToString(),
                System.Text.Encoding.UTF8.GetString(predecessor.Note.Bytes.Span))),
            DetailsContext.Default.PredecessorDetails),
    });

    /// <summary><c>log.closed</c>: a run ended in order.</summary>
    public static AppendRequest Closed(string session) =>
        Request(new AuditEvent { Actor = Library, Action = EventTypes.LogClosed, Type = EventTypes.LogClosed, Session = session });

    /// <summary><c>log.recovered</c>: bytes of commits that had not reached the disk whole were dropped (LOG.md L3).</summary>
    public static AppendRequest Recovered(long from, SinkRecovery recovery) => Request(new AuditEvent
    {
        Actor = Library,
        Action = "log.recovered",
        Type = "log.recovered",
        Details = AuditDetails.From(
            new RecoveredDetails(from, recovery.Head.Size, recovery.DroppedBytes), DetailsContext.Default.RecoveredDetails),
    });

    /// <summary><c>log.clock</c>: somebody says that the clock is right, however far ahead it is (LOG.md L9).</summary>
    public static AppendRequest ClockAccepted(AuditSubject by, string reason) => new(
        new AuditEvent { Actor = by, Action = "log.clock", Type = "log.clock", Reason = reason })
    {
        IsLibrary = true,
        AcceptsClock = true,
    };

    /// <summary><c>key.changed</c>: checkpoints are signed by other keys from here on (LOG.md L20).</summary>
    /// <param name="signed">The signatures on the stored checkpoint; where a key is not known, its name and id stand for it.</param>
    /// <param name="known">The accepted keys among them.</param>
    /// <param name="to">The keys that sign now.</param>
    public static AppendRequest KeyChanged(
        IEnumerable<NoteSignature> signed, IReadOnlyList<INoteVerifier> known, IEnumerable<INoteVerifier> to)
    {
        string Named(NoteSignature by) =>
            known.FirstOrDefault(key => key.Name == by.Name && key.KeyId == by.KeyId)?.ToVerifierKey() ?? $"{by.Name}+{by.KeyId:x8}";

        var details = new KeyChangedDetails([.. signed.Select(Named)], [.. to.Select(key => key.ToVerifierKey())]);
        return Request(new AuditEvent
        {
            Actor = Library,
            Action = "key.changed",
            Type = "key.changed",
            Details = AuditDetails.From(details, DetailsContext.Default.KeyChangedDetails),
        });
    }

    private static AppendRequest Request(AuditEvent auditEvent) => new(auditEvent) { IsLibrary = true };

    internal sealed record RecoveredDetails(long From, long To, long DroppedBytes);

    internal sealed record KeyChangedDetails(string[] From, string[] To);

    internal sealed record PredecessorDetails(PredecessorLog Predecessor);

    internal sealed record PredecessorLog(string Origin, long Size, string Root, string Checkpoint);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(RecoveredDetails))]
    [JsonSerializable(typeof(KeyChangedDetails))]
    [JsonSerializable(typeof(PredecessorDetails))]
    internal sealed partial class DetailsContext : JsonSerializerContext;
}
