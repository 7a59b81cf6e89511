using System.Runtime.CompilerServices;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;

namespace ImmutableAudit.Log;

/// <inheritdoc cref="IPrivilegedLog"/>
internal sealed class PrivilegedLog(
    LogServices log, Appender appender, Outcomes outcomes, RunRecord run, Func<SignedCheckpoint> latest, Func<SignedCheckpoint, LogSnapshot> snapshots)
    : IPrivilegedLog
{
    public string Origin => log.Options.Origin;

    public TimeProvider TimeProvider => log.Options.TimeProvider;

    public bool IsShared => log.Sink.IsShared;

    public string Session => run.Session;

    public bool AcceptsAppends => log.Status.IsAccepting && !outcomes.IsClosing;

    public bool Commits => log.Status.IsCommitting && !outcomes.IsClosing;

    public long PrivilegeHead => log.PrivilegeHead;

    public ValueTask RequireSessionAsync(CancellationToken cancellationToken = default) => run.RequireAsync(cancellationToken);

    public ValueTask<LogHead> ReadHeadAsync(CancellationToken cancellationToken = default) => appender.ReadHeadAsync(cancellationToken);

    public IEntryReader ReadEntries() => new EntryCursor(log, snapshots, latest);

    public ValueTask<AppendResult> AppendAsync(AuditEvent entry, AppendCondition? condition = null, CancellationToken cancellationToken = default) =>
        appender.AppendOwnAsync(entry, 1, condition, cancellationToken);

    public ValueTask<AppendResult> AppendAsync(AuditEvent[] entries, AppendCondition? condition = null, CancellationToken cancellationToken = default) =>
        appender.AppendOwnAsync(entries, entries.Length, condition, cancellationToken);

    public AppendResult Append(AuditEvent entry, AppendCondition? condition = null, CancellationToken cancellationToken = default) =>
        appender.AppendOwn(entry, condition, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<BegunAct> BeginAsync(AuditEvent decision, AppendCondition condition, CancellationToken cancellationToken = default)
    {
        var outcome = outcomes.Expect();
        try
        {
            return Begun(await AppendAsync(decision, condition, cancellationToken).ConfigureAwait(false), outcome);
        }
        catch (Exception e)
        {
            NotBegun(outcome, e);
            throw;
        }
    }

    public BegunAct Begin(AuditEvent decision, AppendCondition condition, CancellationToken cancellationToken = default)
    {
        var outcome = outcomes.Expect();
        try
        {
            return Begun(Append(decision, condition, cancellationToken), outcome);
        }
        catch (Exception e)
        {
            NotBegun(outcome, e);
            throw;
        }
    }

    private static BegunAct Begun(in AppendResult decision, ExpectedOutcome outcome)
    {
        if (decision.Holds)
        {
            return new BegunAct(decision, outcome);
        }

        outcome.Withdraw();
        return new BegunAct(decision, null);
    }

    private static void NotBegun(ExpectedOutcome outcome, Exception exception)
    {
        if (exception is AuditOutcomeUnknownException)
        {
            // The decision may be on record, and nothing will be done of it.
            outcome.Lose();
        }
        else
        {
            outcome.Withdraw();
        }
    }
}
