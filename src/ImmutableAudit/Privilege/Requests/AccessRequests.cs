using System.Runtime.CompilerServices;
using ImmutableAudit.Events;

namespace ImmutableAudit.Privilege;

/// <summary>Requests for access, on the log of an <see cref="AccessGuard"/>. Thread-safe.</summary>
/// <inheritdoc cref="IAccessRequests" path="/remarks"/>
public sealed class AccessRequests : IAccessRequests
{
    /// <summary>Looked at again so often at least: no timer runs as long as a request may wait.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromDays(1);

    private static readonly GuardRule HistoryRule = new("IAccessRequests.ReadHistoryAsync", AuditPermissions.Read);
    private static readonly GuardRule WatchRule = new("IAccessRequests.WatchAsync", AuditPermissions.Read);

    private readonly AccessGuard _guard;
    private readonly GuardServices _services;
    private readonly RequestHistory _entries;
    private readonly MemberGuard _history;
    private readonly MemberGuard _watch;

    /// <summary>Takes the guard whose policy says who may ask for what.</summary>
    public AccessRequests(AccessGuard guard)
    {
        ArgumentNullException.ThrowIfNull(guard);
        _guard = guard;
        _services = guard.Services;
        _entries = new RequestHistory(_services.Engine);
        _history = guard.For(HistoryRule);
        _watch = guard.For(WatchRule);
    }

    private PrivilegeEngine Engine => _services.Engine;

    /// <inheritdoc/>
    public async ValueTask<AccessRequest> RequestAsync(ElevationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (matter, reason) = (Matter(request), WellFormed.OrNull(request.Reason));
        var operation = await BeginAsync(RequestOperation.Request, null, cancellationToken).ConfigureAwait(false);
        GrantRecord? sameAsBefore = null;
        var done = await DoAsync(
            operation,
            moment =>
            {
                var act = new RequestAct(operation.Subject, reason, matter, Seconds(request.Duration), WellFormed.OrNull(request.Key));
                sameAsBefore = SentBefore(act, moment);
                return sameAsBefore is null ? act : null;
            },
            cancellationToken).ConfigureAwait(false);
        return sameAsBefore is { } before
            ? RequestView.Of(before, before.StatusAt(Engine.Now), reason)
            : RequestView.Of(GrantRules.Judge(done.Act!, done.Before with { Time = done.Receipt.Time }, new AuditReference(done.Receipt.Index, done.Receipt.LeafHash)).Book
                .Find(done.Receipt.Index)!, AccessRequestStatus.Pending, reason);
    }

    /// <inheritdoc/>
    public ValueTask<AccessRequest> ApproveAsync(long id, string? reason = null, VoteProof? proof = null, CancellationToken cancellationToken = default) =>
        FollowUpAsync(RequestOperation.Approve, id, (subject, request, _) => new VoteAct(subject, reason, request, Approves: true, proof), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessRequest> DenyAsync(long id, string? reason = null, VoteProof? proof = null, CancellationToken cancellationToken = default) =>
        FollowUpAsync(RequestOperation.Deny, id, (subject, request, _) => new VoteAct(subject, reason, request, Approves: false, proof), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessRequest> CancelAsync(long id, string? reason = null, CancellationToken cancellationToken = default) =>
        FollowUpAsync(RequestOperation.Cancel, id, (subject, request, _) => new CancelAct(subject, reason, request), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessRequest> ActivateAsync(long id, CancellationToken cancellationToken = default) =>
        FollowUpAsync(
            RequestOperation.Activate,
            id,
            (subject, request, moment) => new ActivateAct(
                subject,
                request,
                moment.Time,
                moment.Book.Find(id) is { } record ? moment.EndOf(record.Matter.Permissions, record.Seconds, moment.Time) ?? moment.Time : moment.Time),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessRequest> RelinquishAsync(long id, string? reason = null, CancellationToken cancellationToken = default) =>
        FollowUpAsync(RequestOperation.Relinquish, id, (subject, request, _) => new RelinquishAct(subject, reason, request), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccessRequest> RevokeAsync(long id, string reason, CancellationToken cancellationToken = default) =>
        FollowUpAsync(RequestOperation.Revoke, id, (subject, request, _) => new RevokeAct(subject, reason, request), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<AccessRequest> BreakGlassAsync(ElevationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (matter, reason) = (Matter(request), WellFormed.OrNull(request.Reason));
        var operation = await BeginAsync(RequestOperation.BreakGlass, null, cancellationToken).ConfigureAwait(false);
        var done = await DoAsync(
            operation,
            moment => new BreakGlassAct(operation.Subject, reason, matter, moment.Time, End(moment.Time, request.Duration)),
            cancellationToken).ConfigureAwait(false);
        return RequestView.Of(GrantRules.Judge(done.Act!, done.Before with { Time = done.Receipt.Time }, new AuditReference(done.Receipt.Index, done.Receipt.LeafHash)).Book
            .Find(done.Receipt.Index)!, AccessRequestStatus.Active, reason);
    }

    /// <inheritdoc/>
    public ValueTask<AccessRequest> ReviewAsync(long id, bool justified, string reason, CancellationToken cancellationToken = default) =>
        FollowUpAsync(RequestOperation.Review, id, (subject, request, _) => new ReviewAct(subject, reason, request, justified), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<AccessRequest>> ListPendingAsync(CancellationToken cancellationToken = default)
    {
        var operation = await BeginAsync(RequestOperation.ListPending, null, cancellationToken).ConfigureAwait(false);
        return await ListAsync(
            moment => moment.Book.All.Where(record => record.Application == moment.Application && RequestView.WaitsFor(operation.Subject, record, moment)), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<AccessRequest>> ListGrantsAsync(CancellationToken cancellationToken = default)
    {
        var operation = await BeginAsync(RequestOperation.ListGrants, null, cancellationToken).ConfigureAwait(false);
        return await ListAsync(
            moment => moment.Book.All.Where(record => record.Application == moment.Application && record.Holds(moment.Time)
                && (SubjectKey.AreSame(record.Requester, operation.Subject.Identity) || (record.Stage == GrantStage.Active && RequestView.MayRevoke(operation.Subject, record, moment)))),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<AuditEntry>> ReadHistoryAsync(long id, CancellationToken cancellationToken = default)
    {
        var operation = await BeginAsync(RequestOperation.ReadHistory, id, cancellationToken).ConfigureAwait(false);
        await FollowSharedAsync(cancellationToken).ConfigureAwait(false);
        var basis = Engine.Basis;
        if (!operation.IsRequest)
        {
            throw await RefuseAsync(operation, new GrantRefusal(RefusalCode.UnknownRequest, $"Entry {id} is no request.")).ConfigureAwait(false);
        }

        // First whether it may be seen: reading back all of it takes long.
        var request = await Engine.ReadEntries().ReadAsync(id, cancellationToken).ConfigureAwait(false);
        if (!RequestView.MaySee(operation.Subject, GrantEntries.Read(request), basis.At(Engine.Now)))
        {
            (await _history.EnterAsync(CallArguments.Of().Audited("id", id), cancellationToken).ConfigureAwait(false)).Succeed();
        }

        return await _entries.OfAsync(basis.Head, id, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<AccessRequestStatus> WaitAsync(long id, CancellationToken cancellationToken = default)
    {
        var operation = await BeginAsync(RequestOperation.Wait, id, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var changed = Engine.Changed;
            await FollowSharedAsync(cancellationToken).ConfigureAwait(false);
            var moment = Engine.Basis.At(Engine.Now);
            if (moment.Book.Find(id) is not { Stage: not GrantStage.Over } record)
            {
                // It is over, or never was.
                return RequestView.StatusOf(await ReadHistoryAsync(id, cancellationToken).ConfigureAwait(false));
            }

            var asked = new RequestAct(AccessSubject.Recorded(record.Requester, record.Roles), null, record.Matter, record.Seconds, null);
            if (record.Application != moment.Application || !RequestView.MaySee(operation.Subject, asked, moment))
            {
                throw await RefuseAsync(operation, new GrantRefusal(RefusalCode.NotYours, $"The request {id} is not of {operation.Subject}, nor one that it may vote on.")).ConfigureAwait(false);
            }

            if (record.StatusAt(moment.Time) is not AccessRequestStatus.Pending and var status)
            {
                return status;
            }

            await WaitAsync(changed, record.Until - moment.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AccessChange> WatchAsync(CancellationToken cancellationToken = default)
    {
        var from = Engine.Basis.Head;
        return _watch.Enumerate(CallArguments.Of(), token => WatchAsync(from, token), cancellationToken);
    }

    private async IAsyncEnumerable<AccessChange> WatchAsync(long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = Engine.Changed;
            await FollowSharedAsync(cancellationToken).ConfigureAwait(false);
            var head = Engine.Basis.Head;
            var news = new Stack<AuditEntry>();
            await foreach (var entry in _entries.BackAsync(head, from, cancellationToken).ConfigureAwait(false))
            {
                news.Push(entry);
            }

            foreach (var entry in news.Where(entry => entry.Type.StartsWith(GrantTypes.Prefix, StringComparison.Ordinal)))
            {
                yield return new AccessChange(entry.Event.Grant ?? entry.Index, entry.Type, entry);
            }

            from = head;
            await WaitAsync(changed, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<AccessRequest> FollowUpAsync(
        RequestOperation operation, long id, Func<AccessSubject, AuditReference, GrantMoment, FollowUpAct> make, CancellationToken cancellationToken)
    {
        var begun = await BeginAsync(operation, id, cancellationToken).ConfigureAwait(false);
        var done = await DoAsync(
            begun,
            moment => make(begun.Subject, moment.Book.Find(id)?.Reference ?? new AuditReference(Math.Max(id, 0), default), moment),
            cancellationToken).ConfigureAwait(false);
        var before = done.Before.Book.Find(id)!;
        var entry = new AuditReference(done.Receipt.Index, done.Receipt.LeafHash);
        var after = GrantRules.Judge(done.Act!, done.Before with { Time = done.Receipt.Time }, entry).Book.Find(id);
        // Giving up now undoes nothing.
        var reading = ReadDoneAsync();
        await GrantWriter.DoneAsync(entry.Index, reading).ConfigureAwait(false);
        var (request, ended) = await reading.ConfigureAwait(false);
        return RequestView.Of(after ?? before, done.Act!.Type switch
        {
            GrantTypes.Denied => AccessRequestStatus.Denied,
            GrantTypes.Cancelled => AccessRequestStatus.Cancelled,
            GrantTypes.Relinquished => AccessRequestStatus.Relinquished,
            GrantTypes.Revoked => AccessRequestStatus.Revoked,
            _ => ended,
        }, request.Event.Reason) with
        { IsReviewed = done.Act is ReviewAct || before.IsReviewed };

        async Task<(AuditEntry, AccessRequestStatus)> ReadDoneAsync() =>
            (await Engine.ReadEntries().ReadAsync(id, CancellationToken.None).ConfigureAwait(false),
                await _entries.StatusAsync(after ?? before, done.Receipt.Time, done.Receipt.Index, CancellationToken.None).ConfigureAwait(false));
    }

    /// <summary>Who acts, with all roles; nobody in particular may do nothing.</summary>
    private async ValueTask<BegunOperation> BeginAsync(RequestOperation operation, long? id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var caller = await _guard.CurrentCaller().WithRolesFromAsync(_services.Store, cancellationToken).ConfigureAwait(false);
        var isRequest = id is { } named ? IsRequestAsync(named, cancellationToken).AsTask() : Task.FromResult(false);
        await GrantWriter.UndoneAsync(isRequest).ConfigureAwait(false);
        var begun = new BegunOperation(operation, id, caller, await isRequest.ConfigureAwait(false));
        return caller is { Subject: not null, Fault: null } ? begun
            : throw await RefuseAsync(begun, new GrantRefusal(caller.Code, caller.Fault ?? "There is no subject, since the call is outside of any scope or outlived its own.")).ConfigureAwait(false);
    }

    private async ValueTask<WrittenAct> DoAsync(BegunOperation operation, Func<GrantMoment, GrantAct?> make, CancellationToken cancellationToken)
    {
        var written = await _services.Grants.WriteAsync(
            make, (basis, refusal) => EntryOf(operation, Precise(operation, refusal), basis), cancellationToken).ConfigureAwait(false);
        return written.Refusal is { } refusal ? throw Refused(operation, Precise(operation, refusal), written.Receipt) : written;
    }

    private async ValueTask<AccessRequestException> RefuseAsync(BegunOperation operation, GrantRefusal refusal)
    {
        while (true)
        {
            var basis = Engine.Basis;
            if (EntryOf(operation, refusal, basis) is not { } entry)
            {
                return Refused(operation, refusal, default);
            }

            var result = await _services.Log.AppendAsync(entry, (head, _) => head.PrivilegeHead == basis.Head).ConfigureAwait(false);
            if (result.Holds)
            {
                return Refused(operation, refusal, result.Receipt);
            }

            await GrantWriter.UndoneAsync(Engine.FollowAsync(result.Head, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    /// <summary>Whether an entry is a request of this application, so that it is over and not unknown once the state has it no more.</summary>
    private async ValueTask<bool> IsRequestAsync(long id, CancellationToken cancellationToken)
    {
        if (id > Engine.Basis.Head)
        {
            await FollowSharedAsync(cancellationToken).ConfigureAwait(false);
        }

        var basis = Engine.Basis;
        if (basis.Grants.Find(id) is { } open)
        {
            return open.Application == basis.InForce.Application;
        }

        var reader = Engine.ReadEntries();
        return id >= 0 && id <= basis.Head
            && await reader.ReadAsync(id, cancellationToken).ConfigureAwait(false) is { Type: GrantTypes.Requested or GrantTypes.BreakGlass, Policy: { } policy }
            && StateDetails.OfDeployed(await reader.ReadAsync(policy, cancellationToken).ConfigureAwait(false)).Application == basis.InForce.Application;
    }

    private static GrantRefusal Precise(BegunOperation operation, GrantRefusal refusal) =>
        refusal.Code == RefusalCode.UnknownRequest && operation.IsRequest
            ? new GrantRefusal(RefusalCode.AlreadyOver, $"The request {operation.Id} has come to its end before.")
            : refusal;

    /// <summary>The refusal's entry; <see langword="null"/> where it is one too many to be recorded by itself.</summary>
    private AuditEvent? EntryOf(BegunOperation operation, GrantRefusal refusal, AccessBasis basis)
    {
        var actor = operation.Caller.Subject?.Identity ?? Caller.Nobody;
        var resource = operation.Id is { } id ? new AuditResource { Type = "grant", Id = id.ToString(System.Globalization.CultureInfo.InvariantCulture) } : null;
        return _services.Log.AcceptsAppends && _services.Flood.Absorbs(new Denial(actor, operation.Kind.Permission, resource, refusal.Code))
            ? null
            : AccessEntries.OfRefusal(
                _services.Log.Session, operation.Kind, actor, operation.Caller.Subject is { } subject ? basis.InForce.Compiled.Resolve(subject).Roles : [], resource, refusal, basis);
    }

    private AccessRequestException Refused(BegunOperation operation, GrantRefusal refusal, AuditReceipt receipt)
    {
        long? entry = receipt.LeafHash == default ? null : receipt.Index;
        return new AccessRequestException(
            $"{operation.Kind.Member}: {refusal.Text} {(entry is { } index ? $"The refusal is entry {index} of the log '{_services.Log.Origin}'." : $"The refusal is counted in the log '{_services.Log.Origin}'.")}")
        {
            Code = refusal.Code,
            Request = operation.Id,
            Entry = entry,
        };
    }

    private async ValueTask<IReadOnlyList<AccessRequest>> ListAsync(Func<GrantMoment, IEnumerable<GrantRecord>> select, CancellationToken cancellationToken)
    {
        await FollowSharedAsync(cancellationToken).ConfigureAwait(false);
        var basis = Engine.Basis;
        var moment = basis.At(Engine.Now);
        var reader = Engine.ReadEntries();
        var views = new List<AccessRequest>();
        foreach (var record in select(moment))
        {
            var entry = await reader.ReadAsync(record.Index, cancellationToken).ConfigureAwait(false);
            var status = await _entries.StatusAsync(record, moment.Time, basis.Head, cancellationToken).ConfigureAwait(false);
            views.Add(RequestView.Of(record, status, entry.Event.Reason));
        }

        return views;
    }

    private async ValueTask FollowSharedAsync(CancellationToken cancellationToken)
    {
        if (_services.Log.IsShared)
        {
            await GrantWriter.UndoneAsync(Engine.FollowAsync(cancellationToken)).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(Task changed, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var longest = _services.Log.IsShared ? _services.Options.FollowInterval : LookAgain;
        var wait = atMost == Timeout.InfiniteTimeSpan || atMost > longest ? longest : atMost;
        await Task.WhenAny(changed, Task.Delay(wait, _services.Log.TimeProvider, stopped.Token)).ConfigureAwait(false);
        await stopped.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static GrantRecord? SentBefore(RequestAct act, GrantMoment moment)
    {
        if (act.Key is not { } key)
        {
            return null;
        }

        var subject = SubjectKey.Of(act.Actor.Identity);
        return moment.Book.AskedForBy([Humans.OfAccount(subject)]).FirstOrDefault(
            own => SubjectKey.AreSame(own.Requester, act.Actor.Identity) && own.Application == moment.Application && own.Holds(moment.Time) && own.Key == (key, act.Digest()));
    }

    private static GrantSubjectMatter Matter(ElevationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request.Permissions, nameof(request));
        return new GrantSubjectMatter(
            [.. request.Permissions.Select(permission => permission ?? "").Distinct(StringComparer.Ordinal).Take(RequestRules.MaxPermissions + 1).Order(StringComparer.Ordinal)],
            WellFormed.Of(request.Resource),
            WellFormed.OrNull(request.Ticket));
    }

    /// <summary>Whole seconds, or none: what is not whole is refused as such.</summary>
    private static long Seconds(TimeSpan duration) =>
        duration > TimeSpan.Zero && duration.Ticks % TimeSpan.TicksPerSecond == 0 ? duration.Ticks / TimeSpan.TicksPerSecond : 0;

    private static DateTimeOffset End(DateTimeOffset start, TimeSpan duration) =>
        duration > TimeSpan.Zero && duration <= ElevationRuleBuilder.LongestDuration ? start + duration : start;

    /// <summary>Somebody's doing something.</summary>
    /// <param name="Kind">What.</param>
    /// <param name="Id">The request that it is about.</param>
    /// <param name="Caller">Who.</param>
    /// <param name="IsRequest">Whether there is or was that request.</param>
    private sealed record BegunOperation(RequestOperation Kind, long? Id, Caller Caller, bool IsRequest)
    {
        public AccessSubject Subject => Caller.Subject!;
    }
}
