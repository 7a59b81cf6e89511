using System.Runtime.CompilerServices;

namespace ImmutableAudit.Privilege;

/// <summary>What the log's entries say of requests, read back along the entries about privileges. Thread-safe.</summary>
internal sealed class RequestHistory(PrivilegeEngine engine)
{
    /// <summary>Where a request stands. How one has ended that only waits for its review, its entries say.</summary>
    public async ValueTask<AccessRequestStatus> StatusAsync(GrantRecord record, DateTimeOffset time, long head, CancellationToken cancellationToken) =>
        record.Stage == GrantStage.Over
            ? RequestView.StatusOf(await OfAsync(head, record.Index, cancellationToken).ConfigureAwait(false))
            : record.StatusAt(time);

    /// <summary>What the entries up to a head say of a request, itself included where it is one.</summary>
    public async ValueTask<List<AuditEntry>> OfAsync(long head, long id, CancellationToken cancellationToken)
    {
        var history = new List<AuditEntry>();
        await foreach (var entry in BackAsync(head, Math.Max(id, 0) - 1, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Index == id || (entry.Event.Grant == id && entry.Type.StartsWith(GrantTypes.Prefix, StringComparison.Ordinal)))
            {
                history.Add(entry);
            }
        }

        history.Reverse();
        return history;
    }

    /// <summary>The entries about privileges from one back to another, that one not included.</summary>
    public async IAsyncEnumerable<AuditEntry> BackAsync(long head, long until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = engine.ReadEntries();
        for (var index = head; index > until;)
        {
            var entry = await reader.ReadAsync(index, cancellationToken).ConfigureAwait(false);
            yield return entry;
            index = entry.Prev is { } prev && prev < index ? prev : throw new AuditLogCorruptException($"Entry {index} does not lead to the one before it. Verify the log.");
        }
    }
}
