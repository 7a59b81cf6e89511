using System.Diagnostics.CodeAnalysis;
using ImmutableAudit.Log;

namespace ImmutableAudit.Privilege;

/// <summary>
/// The state of a log that is open for writing, as far as it was folded. Whoever appends on the condition that
/// <see cref="PrivilegeState.Head"/> is still the newest learns, when it is not, how far to catch up. Thread-safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Who waits for a semaphore that is disposed waits for ever, and there is nothing in it to give back.")]
internal sealed class LivePrivileges
{
    /// <summary>After so many privilege entries the state is written down, unless said otherwise.</summary>
    public const int DefaultInterval = 256;

    private readonly SemaphoreSlim _folding = new(1, 1);
    private readonly IEntryReader _reader;
    private readonly int _interval;
    private volatile PrivilegeState _current;

    private LivePrivileges(IPrivilegedLog log, IEntryReader reader, int interval, PrivilegeState state)
    {
        Log = log;
        _reader = reader;
        _interval = interval;
        _current = state;
    }

    /// <summary>The log.</summary>
    public IPrivilegedLog Log { get; }

    /// <summary>The newest state folded. Behind the log where others have appended since.</summary>
    public PrivilegeState Current => _current;

    /// <summary>Folds a log that is open.</summary>
    /// <param name="log">The log.</param>
    /// <param name="interval">After how many privilege entries the state is written down, at least 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="PrivilegeFold.OpenAsync" path="/exception"/>
    public static async Task<LivePrivileges> OpenAsync(
        IPrivilegedLog log, int interval = DefaultInterval, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        var reader = log.ReadEntries();
        var head = await log.ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        await PrivilegeFold.CheckNewestAsync(reader, head, cancellationToken).ConfigureAwait(false);
        var state = await PrivilegeFold.OpenAsync(reader, head.PrivilegeHead, cancellationToken).ConfigureAwait(false);
        return new LivePrivileges(log, reader, interval, state);
    }

    /// <summary>Folds up to a head; nothing is to be done where that is folded already.</summary>
    /// <returns>The newest state, at this head or a later one.</returns>
    /// <inheritdoc cref="PrivilegeFold.OpenAsync" path="/exception"/>
    public async ValueTask<PrivilegeState> CatchUpAsync(long privilegeHead, CancellationToken cancellationToken = default)
    {
        if (_current.Head >= privilegeHead)
        {
            return _current;
        }

        await _folding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _current.Head >= privilegeHead
                ? _current
                : _current = await PrivilegeFold.ContinueAsync(_current, _reader, privilegeHead, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _folding.Release();
        }
    }

    /// <summary>
    /// Writes the state down where that is due, so that the next who opens the log need not go back further. Called after appending
    /// privilege entries; of several writers that find it due one does it. Where the log cannot take it now, it stays due.
    /// </summary>
    public async ValueTask WriteIfDueAsync(CancellationToken cancellationToken = default)
    {
        var state = _current;
        // A large state is not written again before as much has happened, so that entries cost the same however many grants there are.
        if (state.SinceWritten < Math.Max(_interval, state.Grants.Count))
        {
            return;
        }

        try
        {
            var result = await Log.AppendAsync(
                StateEntries.Write(state, Log.Session), (head, _) => head.PrivilegeHead == state.Head, cancellationToken).ConfigureAwait(false);
            await CatchUpAsync(result.PrivilegeHead, cancellationToken).ConfigureAwait(false);
        }
        catch (AuditException e) when (e is AuditUnavailableException or AuditOutcomeUnknownException or AuditClockException or AuditEntryTooLargeException)
        {
            // What privileges follow from is on record; only the next who opens the log goes back further.
        }
    }
}
