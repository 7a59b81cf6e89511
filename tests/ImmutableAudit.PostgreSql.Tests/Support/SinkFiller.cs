using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Tiles;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImmutableAudit.PostgreSql.Tests.Support;

/// <summary>Gives a sink entries whose bytes are known, as a log would, and publishes them.</summary>
internal static class SinkFiller
{
    public static async Task FillAsync(IAuditSink sink, string origin, IReadOnlyList<ReadOnlyMemory<byte>> entries, INoteSigner signer)
    {
        await using (sink)
        {
            await sink.ClaimAsync(new SinkContext(origin, TimeProvider.System, NullLogger.Instance), CancellationToken.None);
            await sink.RecoverAsync(null, CancellationToken.None);
            await PublishAsync(sink, origin, new CompactRange(), signer);
            await CommitAsync(sink, entries);
            await PublishAsync(sink, origin, await sink.IntegrateAsync(CancellationToken.None), signer);
        }
    }

    public static async Task CommitAsync(IAuditSink sink, IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        using var commit = await sink.OpenCommitAsync(CancellationToken.None);
        Assert.Equal(CommitOutcome.Committed, await commit.CompleteAsync(Batch(commit, entries), CancellationToken.None));
    }

    private static async Task PublishAsync(IAuditSink sink, string origin, CompactRange range, INoteSigner signer) => Assert.NotNull(await sink.PublishAsync(
        await SignedCheckpoint.SignAsync(new Checkpoint(origin, range.Size, range.Root()), [signer]), CancellationToken.None));

    private static CommitBatch Batch(IAuditCommit commit, IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var bytes = new byte[entries.Sum(entry => EntryBundle.LengthPrefix + entry.Length)];
        var at = 0;
        foreach (var entry in entries)
        {
            EntryBundle.WriteLength(bytes.AsSpan(at), entry.Length);
            entry.CopyTo(bytes.AsMemory(at + EntryBundle.LengthPrefix));
            at += EntryBundle.LengthPrefix + entry.Length;
        }

        return new CommitBatch
        {
            FirstIndex = commit.Head.Size,
            Count = entries.Count,
            Entries = bytes,
            Head = new LogHead(commit.Head.Size + entries.Count, AuditEntry.Decode(0, entries[^1]).Time, -1),
        };
    }
}
