using ImmutableAudit.Merkle;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// Commits, one at a time: each is a transaction that holds the log's head from opening to completing, so the order is that of the
/// commits, whoever makes them (LOG.md L26). Who has been alone for a while, or has a turn, does without holding it: a commit is then one round
/// trip, which conflicts where somebody else has appended after all.
/// </summary>
internal sealed class Committer : IDisposable
{
    /// <summary>So many commits in a row between which nobody else appended make one alone.</summary>
    private const int Undisturbed = 16;

    private readonly Func<CommitConnection> _connect;
    private readonly SizeWatch _watch;
    private readonly OwnTrees _own;
    private readonly PostgreSqlSinkOptions _options;
    private readonly SinkReports _reports;
    private readonly CancellationTokenSource _closing = new();
    private readonly Turn _turn;

    /// <summary>Held by the log's thread while it uses the connection, or by the one that ends an idle turn.</summary>
    private readonly Lock _gate = new();
    private readonly ServerClock _clock = new();
    private int _undisturbed;
    private bool _isOpen;
    private CommitConnection? _connection;
    private Retry? _calledOff;

    /// <summary>The newest head that this process has committed, or found when it recovered.</summary>
    private StoredHead? _newest;

    /// <summary>The last entry that this process has committed: whoever connects anew looks whether it is still there.</summary>
    private (long Index, MerkleHash Leaf)? _last;

    public Committer(Func<CommitConnection> connect, SizeWatch watch, OwnTrees own, PostgreSqlSinkOptions options, SinkReports reports)
    {
        (_connect, _watch, _own, _options, _reports) = (connect, watch, own, options, reports);
        _turn = new Turn(options.TurnTime, EndIdleTurn);
    }

    /// <summary>Opens a commit on the head.</summary>
    /// <exception cref="AuditUnavailableException">The head cannot be had. Nothing was written.</exception>
    public IAuditCommit Open()
    {
        lock (_gate)
        {
            var commit = MayDoWithoutHead && _clock.TryGet(out var time) ? new Commit(this, _newest!, time, isHeld: false) : OpenHolding();
            _isOpen = true;
            return commit;
        }
    }

    /// <summary>Waits for everything that is under way, and finds where the log stands.</summary>
    public StoredHead Confirm()
    {
        lock (_gate)
        {
            try
            {
                // What was sent before is not accepted any more (schema.sql, epoch): the next commit holds the head.
                _undisturbed = 0;
                var connection = Connected();
                connection.EndTurn();
                var head = connection.Confirm();
                head.CheckGoesOn(_newest);
                return _newest = head;
            }
            catch
            {
                Drop();
                throw;
            }
        }
    }

    public void Dispose()
    {
        _closing.Cancel();
        lock (_gate)
        {
            Drop();
            _turn.Dispose();
        }
    }

    /// <summary>Whether nobody else is likely to have appended since this process did, and none is known to have.</summary>
    private bool MayDoWithoutHead =>
        _connection is { } connection && (connection.HasTurn || _undisturbed >= Undisturbed) && _watch.Size <= _newest?.Size;

    private Commit OpenHolding()
    {
        _turn.Wait();
        for (var retry = new Retry(_options.RetryTime, _closing.Token); ;)
        {
            var isKept = _connection is not null;
            try
            {
                var connection = Connected();
                var takesTurn = _undisturbed < Undisturbed && _turn.IsWanted;
                var (head, now) = connection.Open(takesTurn);
                head.CheckGoesOn(_newest);
                _turn.Begin(takesTurn, connection.HasTurn);
                _undisturbed = head.Size == _newest?.Size ? _undisturbed + 1 : 0;
                _clock.Set(now);
                _watch.Advance(head.Size);
                return new Commit(this, head, now, isHeld: true);
            }
            catch (AuditLogCorruptException)
            {
                Drop(); // It holds the head.
                throw;
            }
            catch (Exception e)
            {
                Drop();

                // A connection that was kept may have ended long ago: that says nothing of the next.
                if (!Faults.IsPassing(e) || !(isKept || retry.Pause()))
                {
                    throw Unavailable(e);
                }

                _reports.Retried(e);
            }
        }
    }

    private CommitOutcome End(StoredHead on, CommitBatch batch, bool isHeld)
    {
        lock (_gate)
        {
            try
            {
                if (_own.AreMany)
                {
                    Abandon();
                    return CommitOutcome.Full;
                }

                return Complete(on, batch, isHeld);
            }
            finally
            {
                Rest();
            }
        }
    }

    private void GiveUp(bool isHeld)
    {
        lock (_gate)
        {
            if (isHeld)
            {
                Abandon();
            }
            else if (_turn.IsOver)
            {
                EndTurn();
            }

            Rest();
        }
    }

    private void Rest()
    {
        _isOpen = false;
        _turn.Rest();
    }

    /// <summary>Ends a turn where nothing more comes to be committed: the others are not to wait.</summary>
    private void EndIdleTurn()
    {
        if (!_gate.TryEnter())
        {
            _turn.Watch();
            return;
        }

        try
        {
            if (!_isOpen && _turn.HasRested)
            {
                EndTurn();
            }
            else if (_connection is { HasTurn: true })
            {
                _turn.Watch();
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void EndTurn()
    {
        try
        {
            _connection?.EndTurn();
        }
        catch (Exception)
        {
            Drop();
        }
    }

    /// <summary>The connection. A new one may lead to another server, a standby that took over: what was committed last must be there.</summary>
    private CommitConnection Connected()
    {
        if (_connection is { IsOpen: false })
        {
            Drop(); // It ended while nothing was asked of it.
        }

        if (_connection is null)
        {
            _connection = _connect();
            if (_last is var (index, leaf) && _connection.FindLeaf(index) is var found && found != leaf)
            {
                Drop();
                throw new AuditLogCorruptException(
                    $"Entry {index} of the log, which was committed, is {(found is null ? "not in the database" : "another one in the database")}: it was put back to an earlier state, or a standby took over that had not received it. Nothing was changed.");
            }
        }

        return _connection;
    }

    private static AuditUnavailableException Unavailable(Exception e) =>
        new($"The database takes no entries: {Faults.Describe(e)} Nothing was appended.", e);

    private CommitOutcome Complete(StoredHead on, CommitBatch batch, bool isHeld)
    {
        var connection = _connection!;
        var to = on.After(batch);
        try
        {
            _clock.Set(connection.Append(batch, to.Range, isHeld, endsTurn: _turn.IsOver));
        }
        catch (PostgresException e) when (!isHeld && Faults.Of(e) == Fault.Overtaken)
        {
            _undisturbed = 0;
            Abandon();
            return CommitOutcome.Conflict;
        }
        catch (PostgresException e) when (e.InvariantSeverity == "ERROR" && Faults.Of(e) != Fault.Disconnected)
        {
            // The server has answered: the transaction is rolled back.
            Drop();
            return Faults.Of(e) is Fault.CalledOff or Fault.Overtaken ? Again(e) : throw Unavailable(e);
        }
        catch (Exception e) when (Faults.IsOfServer(e) || e is ObjectDisposedException)
        {
            Drop();
            return FindOut(on, batch, to, e);
        }

        if (connection.HasWarned)
        {
            throw new AuditLogException("The server committed the entries, but warned that waiting for its standby was called off: whether they would survive its failure is not known.");
        }

        Committed(on, batch, to);
        return CommitOutcome.Committed;
    }

    /// <summary>The connection broke after the commit was sent: what became of it is in the database, and nowhere else.</summary>
    private CommitOutcome FindOut(StoredHead on, CommitBatch batch, StoredHead to, Exception cause)
    {
        _reports.LostAnswer(cause);
        for (var retry = new Retry(_options.RetryTime, _closing.Token); ;)
        {
            try
            {
                var head = Connected().Confirm();
                head.CheckReaches(batch.FirstIndex);
                if (head.Size == batch.FirstIndex || !_connection!.Holds(batch))
                {
                    return Again(cause);
                }

                Committed(on, batch, to);
                return CommitOutcome.Committed;
            }
            catch (Exception e) when (Faults.IsPassing(e))
            {
                Drop();
                if (!retry.Pause())
                {
                    throw new AuditLogException($"What became of a commit could not be found out: {Faults.Describe(e)}", e);
                }
            }
        }
    }

    private void Committed(StoredHead on, CommitBatch batch, StoredHead to)
    {
        _newest = to;
        _own.Commit(on.Range, to.Range);
        _last = (batch.Head.Size - 1, batch.HashLeaves().Span[^1]);
        _calledOff = null;
        _watch.Advance(batch.Head.Size);
    }

    /// <summary>Nothing was written, through no fault of the entries: they are tried on the new head, but not for ever.</summary>
    private CommitOutcome Again(Exception e)
    {
        _calledOff ??= new Retry(_options.RetryTime, _closing.Token);
        if (!_calledOff.Pause())
        {
            _calledOff = null;
            throw Unavailable(e);
        }

        _reports.Retried(e);
        return CommitOutcome.Conflict;
    }

    /// <summary>Gives up what was begun. Nothing hangs on how that goes, as in what follows.</summary>
    private void Abandon()
    {
        try
        {
            _connection?.Abandon();
        }
        catch (Exception)
        {
            Drop();
        }
    }

    private void Drop()
    {
        var connection = _connection;
        _connection = null;
        _undisturbed = 0;
        try
        {
            connection?.Dispose();
        }
        catch (Exception e) when (Faults.IsOfServer(e) || e is InvalidOperationException)
        {
            // It is gone; what it had open, the server gives up.
        }
    }

    private sealed class Commit(Committer committer, StoredHead head, DateTimeOffset now, bool isHeld) : IAuditCommit
    {
        private bool _ended;

        public LogHead Head => head.Head;

        public DateTimeOffset Now => now;

        public ValueTask<CommitOutcome> CompleteAsync(CommitBatch batch, CancellationToken cancellationToken)
        {
            if (_ended || batch.FirstIndex != head.Size)
            {
                return new(CommitOutcome.Conflict); // It was made on another head, or is completed a second time.
            }

            _ended = true;
            return new(committer.End(head, batch, isHeld));
        }

        public void Dispose()
        {
            if (!_ended)
            {
                committer.GiveUp(isHeld);
            }

            _ended = true;
        }
    }
}
