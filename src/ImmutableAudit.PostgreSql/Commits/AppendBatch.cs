using System.Data;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>Appends and commits, in one round trip: in the transaction that a commit was opened in, or in one of its own.</summary>
internal sealed class AppendBatch : IDisposable
{
    private readonly NpgsqlParameter<long> _firstIndex = new();
    private readonly NpgsqlParameter<List<ReadOnlyMemory<byte>>> _entries = new() { TypedValue = [] };
    private readonly NpgsqlParameter<long> _lastTime = new();
    private readonly NpgsqlParameter<long> _privilegeHead = new();
    private readonly NpgsqlParameter<byte[]> _range = new();
    private readonly NpgsqlParameter<long> _epoch = new();
    private readonly NpgsqlParameter<bool> _endsTurn = new();
    private readonly NpgsqlBatch _batch;

    public AppendBatch(NpgsqlConnection connection, string append, int log, string wait, bool begins)
    {
        _batch = new NpgsqlBatch(connection);
        if (begins)
        {
            _batch.BatchCommands.Add(new(CommitConnection.Begin));
        }

        _batch.BatchCommands.Add(new(append)
        {
            Parameters = { Parameter.Of(log), _firstIndex, _entries, _lastTime, _privilegeHead, _range, _epoch, Parameter.Of(wait), _endsTurn },
        });
        _batch.BatchCommands.Add(new("COMMIT"));
    }

    public void Prepare() => _batch.Prepare();

    /// <summary>Appends a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="range">The compact range behind it.</param>
    /// <param name="epoch">The head's epoch when a commit was opened here last: since then, nobody has looked what became of this one.</param>
    /// <param name="endsTurn">Whether this connection's turn ends with it.</param>
    /// <returns>The server's time.</returns>
    public DateTimeOffset Execute(CommitBatch batch, CompactRange range, long epoch, bool endsTurn)
    {
        var entries = _entries.TypedValue!;
        entries.Clear();
        var rest = batch.Entries.Span;
        while (EntryBundle.TryReadEntry(ref rest, out var entry))
        {
            entries.Add(batch.Entries.Slice(batch.Entries.Length - rest.Length - entry.Length, entry.Length));
        }

        _firstIndex.TypedValue = batch.FirstIndex;
        _lastTime.TypedValue = batch.Head.LastTime.Ticks;
        _privilegeHead.TypedValue = batch.Head.PrivilegeHead;
        _epoch.TypedValue = epoch;
        _endsTurn.TypedValue = endsTurn;
        _range.TypedValue = StoredHead.ToBytes(range);
        using var reader = _batch.ExecuteReader(CommandBehavior.Default);
        var now = reader.Read() ? reader.GetFieldValue<DateTimeOffset>(0) : throw new DataException("The server did not say what time it is.");
        while (reader.NextResult())
        {
            // To the end: before that, nothing is committed.
        }

        entries.Clear();
        return now;
    }

    public void Dispose() => _batch.Dispose();
}
