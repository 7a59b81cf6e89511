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

    public static byte[] ToBytes(CompactRange range) => MemoryMarshal.AsBytes(range.Nodes).ToArray();
}
