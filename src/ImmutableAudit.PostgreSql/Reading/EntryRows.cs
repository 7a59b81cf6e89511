using System.Data;
using ImmutableAudit.Tiles;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>Puts entries, a row each, together as in an entry bundle.</summary>
internal static class EntryRows
{
    private const int UsualLength = 320;

    /// <summary>Reads the rows of a command that selects entries and their indexes in order, up to the first that is gone.</summary>
    /// <param name="command">The command.</param>
    /// <param name="from">The first one's index.</param>
    /// <param name="most">How many rows there are at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many there were, and their bytes.</returns>
    /// <exception cref="AuditFormatException">One is longer than an entry may be, or has no bytes at all.</exception>
    public static async Task<(int Count, ReadOnlyMemory<byte> Bytes)> ReadAsync(NpgsqlCommand command, long from, int most, CancellationToken cancellationToken)
    {
        var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var bundle = new byte[most * UsualLength];
        var (count, end) = (0, 0);
        for (; await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.GetInt64(1) == from + count; count++)
        {
            end = Append(reader, ref bundle, end, most - count);
        }

        return (count, bundle.AsMemory(0, end));
    }

    private static int Append(NpgsqlDataReader reader, ref byte[] bundle, int end, int left)
    {
        var length = reader.IsDBNull(0) ? -1 : (int)reader.GetBytes(0, 0, null, 0, 0);
        if (length is < 0 or > EntryBundle.MaxEntryLength)
        {
            throw new AuditFormatException(
                $"Entry {reader.GetInt64(1)} {(length < 0 ? "has no bytes" : $"is longer than {EntryBundle.MaxEntryLength} bytes")}: its row was changed in the database. Verify the log, and restore it.");
        }

        var entry = end + EntryBundle.LengthPrefix;
        if (bundle.Length < entry + length)
        {
            Array.Resize(ref bundle, ((entry + length) * 3 / 2) + (left * EntryBundle.LengthPrefix));
        }

        EntryBundle.WriteLength(bundle.AsSpan(end), length);
        reader.GetBytes(0, 0, bundle, entry, length);
        return entry + length;
    }
}
