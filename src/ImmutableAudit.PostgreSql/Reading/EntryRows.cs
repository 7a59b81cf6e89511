using System.Buffers;
using ImmutableAudit.Tiles;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>Puts entries, a row each, together as in an entry bundle.</summary>
internal static class EntryRows
{
    /// <summary>Reads the rows of a command that selects entries in order.</summary>
    /// <returns>How many there were, and their bytes.</returns>
    public static async ValueTask<(int Count, ReadOnlyMemory<byte> Bytes)> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var bundle = new ArrayBufferWriter<byte>(64 * 1024);
        var count = 0;
        for (; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); count++)
        {
            Append(reader, bundle);
        }

        return (count, bundle.WrittenMemory);
    }

    private static void Append(NpgsqlDataReader reader, ArrayBufferWriter<byte> bundle)
    {
        using var entry = reader.GetStream(0);
        var length = (int)entry.Length;
        var destination = bundle.GetSpan(EntryBundle.LengthPrefix + length)[..(EntryBundle.LengthPrefix + length)];
        EntryBundle.WriteLength(destination, length);
        entry.ReadExactly(destination[EntryBundle.LengthPrefix..]);
        bundle.Advance(destination.Length);
    }
}
