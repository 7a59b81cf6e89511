namespace ImmutableAudit.Log;

/// <summary>The callers' side of appending: encodes, queues, and hands back what becomes of it. Thread-safe.</summary>
/// <param name="log">The log.</param>
/// <param name="queue">Where requests wait for the log's thread.</param>
/// <param name="requests">Requests to use again.</param>
internal sealed class Appender(LogServices log, AppendQueue queue, RequestPool requests)
{
    private readonly PostFailures _postFailures = new();

    /// <summary>Appends one event.</summary>
    /// <param name="auditEvent">An <see cref="AuditEvent"/> or an <see cref="EncodedEvent"/>.</param>
    /// <param name="cancellationToken">Withdraws it.</param>
    public ValueTask<AuditReceipt> AppendAsync(object? auditEvent, CancellationToken cancellationToken) =>
        AppendAsync(requests.Rent(auditEvent, 1), cancellationToken);

    /// <inheritdoc cref="AppendAsync(object?, CancellationToken)"/>
    public ValueTask<AuditReceipt> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return Submit(request, cancellationToken).Receipt;
        }
        catch (Exception e)
        {
            return Failed<AuditReceipt>(e);
        }
    }

    /// <summary>Appends several events of one kind together.</summary>
    public async ValueTask<IReadOnlyList<AuditReceipt>> AppendManyAsync<T>(T[] events, CancellationToken cancellationToken)
    {
        var result = await Submit(requests.Rent(events, events.Length), cancellationToken).Result.ConfigureAwait(false);
        return result.Receipts ?? [result.Receipt];
    }

    /// <summary>Appends one event if a condition on the head holds.</summary>
    public async ValueTask<AppendResult> AppendIfAsync(
        AuditEvent auditEvent, Func<LogHead, bool> condition, CancellationToken cancellationToken)
    {
        var request = requests.Rent(auditEvent, 1);
        request.Condition = (head, _) => condition(head);
        return await Submit(request, cancellationToken).Result.ConfigureAwait(false);
    }

    /// <summary>Appends entries of the library's own, if a condition holds.</summary>
    /// <param name="entries">An <see cref="AuditEvent"/>, or a list of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="condition">What must hold, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Withdraws them.</param>
    public ValueTask<AppendResult> AppendOwnAsync(
        object entries, int count, AppendCondition? condition, CancellationToken cancellationToken)
    {
        try
        {
            var request = requests.Rent(entries, count, library: true);
            request.Condition = condition;
            return Submit(request, cancellationToken).Result;
        }
        catch (Exception e)
        {
            return Failed<AppendResult>(e);
        }
    }

    /// <summary>The same for one entry, and blocks the caller until the log's thread is done with it.</summary>
    public AppendResult AppendOwn(AuditEvent entry, AppendCondition? condition, CancellationToken cancellationToken)
    {
        var request = requests.Rent(entry, 1, library: true);
        request.Condition = condition;
        request.WakeCaller();
        return Submit(request, cancellationToken).Wait();
    }

    /// <summary>Where the log stands once everything that was submitted before is committed.</summary>
    public async ValueTask<LogHead> ReadHeadAsync(CancellationToken cancellationToken) =>
        (await Submit(requests.Rent(null, 0), cancellationToken).Result.ConfigureAwait(false)).Head;

    /// <summary>Appends one event, and blocks the caller until the log's thread is done with it.</summary>
    public AuditReceipt Append(AuditEvent auditEvent, CancellationToken cancellationToken)
    {
        var request = requests.Rent(auditEvent, 1);
        request.WakeCaller();
        return Submit(request, cancellationToken).Wait().Receipt;
    }

    /// <summary>Queues one event, for which nobody waits while there is room in the queue.</summary>
    public ValueTask<Guid> PostAsync(object? auditEvent, CancellationToken cancellationToken)
    {
        if (!queue.HasRoom)
        {
            return PostWhenCommittedAsync(auditEvent, cancellationToken);
        }

        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            log.Status.ThrowIfRefused();
            var request = requests.Rent(auditEvent, 1);
            request.Encode(log.Options.TimeProvider);
            request.Post(_postFailures);
            var id = request.Id(0); // Once it is queued, it may be somebody else's.
            return queue.TryEnqueue(request) ? new(id) : throw log.Status.Refusal();
        }
        catch (Exception e)
        {
            return Failed<Guid>(e);
        }
    }

    /// <summary>Waits until everything that was submitted before is committed, and says how large the log then was.</summary>
    /// <exception cref="AuditException">Something that was posted could not be committed.</exception>
    public async ValueTask<long> SettleAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A request without entries marks this call's place behind everything that was submitted before it.
            var place = await ReadHeadAsync(cancellationToken).ConfigureAwait(false);
            _postFailures.ThrowIfAny();
            return place.Size;
        }
        catch (AuditLogException)
        {
            _postFailures.ThrowIfAny();
            throw;
        }
    }

    /// <summary>A full queue makes also those wait who do not wait for the disk, until it has been emptied.</summary>
    private async ValueTask<Guid> PostWhenCommittedAsync(object? auditEvent, CancellationToken cancellationToken) =>
        (await AppendAsync(auditEvent, cancellationToken).ConfigureAwait(false)).Id;

    private static ValueTask<T> Failed<T>(Exception e) =>
        e is OperationCanceledException { CancellationToken: { IsCancellationRequested: true } token }
            ? ValueTask.FromCanceled<T>(token)
            : ValueTask.FromException<T>(e);

    /// <summary>Encodes on the caller's thread while there is room, and queues.</summary>
    private AppendRequest Submit(AppendRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        log.Status.ThrowIfRefused();
        if (queue.HasRoom)
        {
            request.Encode(log.Options.TimeProvider);
        }

        request.WithdrawOn(cancellationToken);
        if (!queue.TryEnqueue(request))
        {
            var refusal = log.Status.Refusal();
            request.Fail(refusal);
            throw refusal;
        }

        return request;
    }
}
