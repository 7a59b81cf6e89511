using System.Runtime.InteropServices;
using ImmutableAudit.Merkle;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>Where a log stands, as its row says.</summary>
/// <param name="Head">Size, time and privileges.</param>
/// <param name="Range">The tree of that size. Not changed.</param>
internal sealed record StoredHead(LogHead Head, CompactRange Range)
{
    public long Size => Head.Size;

    /// <summary>Takes it from the first four columns of a row.</summary>
    /// <exception cref="AuditLogCorruptException">The row is not there, or not one of a log.</exception>
    public static StoredHead From(NpgsqlDataReader row)
    {
        try
        {
            var head = new LogHead(row.GetInt64(0), new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero), row.GetInt64(2));
            return new StoredHead(head, new CompactRange(head.Size, MemoryMarshal.Cast<byte, MerkleHash>(row.GetFieldValue<byte[]>(3))));
        }
        catch (Exception e) when (e is ArgumentException or InvalidCastException or InvalidOperationException)
        {
            throw new AuditLogCorruptException($"The row that says where the log stands is gone or malformed: {e.Message} Nothing was changed. Verify the log.", e);
        }
    }

    /// <summary>Makes sure that this is a head, or a later one.</summary>
    /// <exception cref="AuditLogCorruptException">It is not.</exception>
    public void CheckGoesOn(StoredHead? newest)
    {
        CheckReaches(newest?.Size ?? 0);
        if (Size == newest?.Size && (Head != newest.Head || !Range.Nodes.SequenceEqual(newest.Range.Nodes)))
        {
            throw new AuditLogCorruptException($"What the database says of the log of size {Size} is not what was committed: it was changed there. Nothing was changed.");
        }
    }

    /// <summary>Makes sure that as much as was committed is there.</summary>
    /// <exception cref="AuditLogCorruptException">It is not.</exception>
    public void CheckReaches(long size)
    {
        if (Size < size)
        {
            throw new AuditLogCorruptException(
                $"The database has {Size} entries of the log, but {size} were committed: it was put back to an earlier state, or a standby took over that had not received them. Nothing was changed.");
        }
    }

    /// <summary>Where the log stands once a batch is in that was made on this head.</summary>
    public StoredHead After(CommitBatch batch)
    {
        var range = Range.Clone();
        range.Append(batch.HashLeaves().Span);
        return new StoredHead(batch.Head, range);
    }

    public static byte[] ToBytes(CompactRange range) => MemoryMarshal.AsBytes(range.Nodes).ToArray();
}
