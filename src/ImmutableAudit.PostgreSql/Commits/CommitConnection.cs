using System.Data;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;
using Npgsql;
using NpgsqlTypes;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// A connection on which commits are opened and completed, a round trip each, or both in one; prepared, at once on the calling thread, which is the log's
/// own. Used by one thread at a time. After any exception it is to be disposed.
/// </summary>
internal sealed class CommitConnection : IDisposable
{
    /// <summary>Whatever the database's default is: each statement sees what is committed when it runs.</summary>
    public const string Begin = "BEGIN ISOLATION LEVEL READ COMMITTED";

    /// <summary>Whoever has a turn keeps it for a fraction of this; who waits longer goes on without.</summary>
    private const string LongestWaitForTurn = "500ms";

    private readonly NpgsqlDataSource _dataSource;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlBatch _open;
    private readonly NpgsqlParameter _turn = new() { NpgsqlDbType = NpgsqlDbType.Text };
    private readonly AppendBatch _append;
    private readonly AppendBatch _appendAtOnce;
    private readonly NpgsqlCommand _confirm;
    private readonly Statements _sql;
    private readonly int _log;
    private bool _prepared;
    private long _epoch;

    private CommitConnection(NpgsqlDataSource dataSource, NpgsqlConnection connection, Statements sql, int log, TimeSpan maxCommitTime)
    {
        _dataSource = dataSource;
        _connection = connection;
        _sql = sql;
        _log = log;
        var idle = Milliseconds(maxCommitTime);
        var wait = Milliseconds(2 * maxCommitTime);
        _open = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(Begin), new(sql.OpenCommit) { Parameters = { Parameter.Of(log), Parameter.Of(idle), Parameter.Of(wait), _turn } },
            },
        };
        _append = new AppendBatch(connection, sql.Append, log, wait, begins: false);
        _appendAtOnce = new AppendBatch(connection, sql.Append, log, wait, begins: true);
        _confirm = new NpgsqlCommand(sql.Confirm, connection) { Parameters = { Parameter.Of(log), Parameter.Of(wait) } };
        connection.Notice += (_, notice) => HasWarned |= notice.Notice.InvariantSeverity == "WARNING";
    }

    /// <summary>
    /// Whether the server has warned: a commit that it reports as done may not have reached the standby that it was to wait for, because
    /// somebody called the waiting off.
    /// </summary>
    public bool HasWarned { get; private set; }

    /// <summary>Whether it is this connection's turn: it may append without holding the head, and others wait until it ends.</summary>
    public bool HasTurn { get; private set; }

    /// <summary>Whether it has not ended, as far as that was noticed.</summary>
    public bool IsOpen => _connection.State == ConnectionState.Open;

    public static CommitConnection Connect(NpgsqlDataSource dataSource, Statements sql, int log, TimeSpan maxCommitTime)
    {
        var connection = dataSource.OpenConnection();
        try
        {
            return new CommitConnection(dataSource, connection, sql, log, maxCommitTime);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Locks the head, and reads it with the server's clock.</summary>
    /// <param name="takesTurn">Whether to wait for a turn, behind all who wait already; one that it has ends.</param>
    public (StoredHead Head, DateTimeOffset Now) Open(bool takesTurn)
    {
        Prepare();
        EndTurn();
        _turn.Value = takesTurn ? LongestWaitForTurn : DBNull.Value;
        HasTurn = takesTurn; // Also where no answer comes.
        using var reader = _open.ExecuteReader(CommandBehavior.Default);
        if (!reader.Read())
        {
            throw new DataException("The server sent no head.");
        }

        var head = StoredHead.From(reader);
        _epoch = reader.GetInt64(5);
        HasTurn = reader.GetBoolean(6);
        return (head, reader.GetFieldValue<DateTimeOffset>(4));
    }

    /// <summary>Appends a batch, and commits.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="range">The compact range behind it.</param>
    /// <param name="isOpen">Whether the commit was opened here; otherwise it begins and ends with this.</param>
    /// <param name="endsTurn">Whether a turn that it has ends with it.</param>
    /// <returns>The server's time.</returns>
    public DateTimeOffset Append(CommitBatch batch, CompactRange range, bool isOpen, bool endsTurn)
    {
        HasWarned = false;
        endsTurn &= HasTurn;
        var now = (isOpen ? _append : _appendAtOnce).Execute(batch, range, _epoch, endsTurn);
        HasTurn &= !endsTurn;
        return now;
    }

    /// <summary>Gives up what was begun, a turn with it.</summary>
    public void Abandon()
    {
        using var batch = new NpgsqlBatch(_connection) { BatchCommands = { new("ROLLBACK") } };
        if (HasTurn)
        {
            batch.BatchCommands.Add(new(_sql.EndTurn) { Parameters = { Parameter.Of(_log) } });
        }

        batch.ExecuteNonQuery();
        HasTurn = false;
    }

    /// <summary>Lets the next have its turn.</summary>
    public void EndTurn()
    {
        if (HasTurn)
        {
            using var command = new NpgsqlCommand(_sql.EndTurn, _connection) { Parameters = { Parameter.Of(_log) } };
            command.ExecuteNonQuery();
            HasTurn = false;
        }
    }

    /// <summary>Waits for what others have under way, and reads the head: what it covers is durable when this returns.</summary>
    public StoredHead Confirm()
    {
        HasWarned = false;
        using var reader = _confirm.ExecuteReader();
        var head = reader.Read() ? StoredHead.From(reader) : throw new DataException("The server sent no head.");
        reader.Close();
        return HasWarned ? throw new NpgsqlException("The server warned that waiting for its standby was called off.") : head;
    }

    /// <summary>Whether the entries of a batch are in the log, at their place.</summary>
    public bool Holds(CommitBatch batch)
    {
        using var command = new NpgsqlCommand(_sql.Entries, _connection)
        {
            Parameters = { Parameter.Of(_log), Parameter.Of(batch.FirstIndex), Parameter.Of(batch.FirstIndex + batch.Count) },
        };
        var (count, bytes) = EntryRows.ReadAsync(command, batch.FirstIndex, batch.Count, CancellationToken.None).GetAwaiter().GetResult();
        return count == batch.Count && bytes.Span.SequenceEqual(batch.Entries.Span);
    }

    /// <summary>The leaf hash of an entry; <see langword="null"/> where it is not there.</summary>
    public MerkleHash? FindLeaf(long index)
    {
        using var command = new NpgsqlCommand(_sql.Entries, _connection) { Parameters = { Parameter.Of(_log), Parameter.Of(index), Parameter.Of(index + 1) } };
        var (count, bytes) = EntryRows.ReadAsync(command, index, 1, CancellationToken.None).GetAwaiter().GetResult();
        var rest = bytes.Span;
        Span<MerkleHash> leaf = stackalloc MerkleHash[count];
        EntryBundle.HashEntries(ref rest, leaf);
        return count == 0 ? null : leaf[0];
    }

    public void Dispose()
    {
        LeaveTurn();
        _open.Dispose();
        _append.Dispose();
        _appendAtOnce.Dispose();
        _confirm.Dispose();
        _connection.Dispose();
    }

    /// <summary>The connection goes back to others, and is not to keep a turn.</summary>
    private void LeaveTurn()
    {
        try
        {
            if (HasTurn && IsOpen)
            {
                Abandon();
            }
        }
        catch (Exception)
        {
            _dataSource.Clear(); // Then it ends with the connection, which is not used again.
        }
    }

    private void Prepare()
    {
        if (!_prepared)
        {
            _open.Prepare();
            _append.Prepare();
            _appendAtOnce.Prepare();
            _confirm.Prepare();
            _prepared = true;
        }
    }

    private static string Milliseconds(TimeSpan time) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(long)time.TotalMilliseconds}ms");
}
