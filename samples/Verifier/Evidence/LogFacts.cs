using System.Text.Json;
using ImmutableAudit.Privilege;
using ImmutableAudit.Verification;
using ImmutableAudit.Verifier.Review;

namespace ImmutableAudit.Verifier.Evidence;

/// <summary>Counts what there is in a log, from all of its entries in their order. Takes them at their word.</summary>
internal sealed class LogFacts : IEntryVisitor
{
    private readonly Tally[] _tallies = [.. Enum.GetValues<Measure>().Select(_ => new Tally())];
    private readonly SortedDictionary<long, AuditSubject> _unreviewed = [];

    public Tally this[Measure measure] => _tallies[(int)measure];

    /// <summary>Entries that are no events.</summary>
    public long Unreadable { get; private set; }

    public DateTimeOffset? FirstTime { get; private set; }

    public DateTimeOffset? LastTime { get; private set; }

    public void Visit(IReadOnlyList<VisitedEntry> entries)
    {
        foreach (var entry in entries)
        {
            this[Measure.Entries].Add(entry.Index);
            if (entry.Entry is null)
            {
                Unreadable++;
            }
            else
            {
                Take(entry.Entry);
            }
        }
    }

    /// <summary>Ends: what waits for its review by now was not reviewed.</summary>
    public void End()
    {
        foreach (var entry in _unreviewed.Keys)
        {
            this[Measure.Unreviewed].Add(entry);
        }

        _unreviewed.Clear();
    }

    private void Take(AuditEntry entry)
    {
        FirstTime ??= entry.Time;
        LastTime = entry.Time;
        if (entry.Event.Actor.OnBehalfOf is not null)
        {
            this[Measure.Delegated].Add(entry.Index);
        }

        if (MeasureOf(entry.Type) is { } measure)
        {
            this[measure].Add(entry.Index);
        }

        switch (entry.Type)
        {
            case "access.allowed" or "access.denied":
                TakeDecision(entry);
                break;
            case "grant.approved" when entry.Event.Details is { } details && details.Root.TryGetProperty("proof", out var proof) && proof.ValueKind == JsonValueKind.Object:
                this[Measure.SignedApprovals].Add(entry.Index);
                break;
            case "grant.breakglass":
                _unreviewed.Add(entry.Index, entry.Event.Actor);
                break;
            case "grant.reviewed" when entry.Event.Grant is { } grant
                && _unreviewed.TryGetValue(grant, out var user) && !SubjectName.AreOne(user, entry.Event.Actor):
                _unreviewed.Remove(grant);
                break;
        }
    }

    private void TakeDecision(AuditEntry entry)
    {
        if (entry.Type == "access.allowed" && entry.Event.Grant is not null)
        {
            this[Measure.UnderGrant].Add(entry.Index);
        }

        if (entry.Type == "access.denied" && entry.Event.Reason?.StartsWith(DenialCode.ConflictingDuties + ":", StringComparison.Ordinal) == true)
        {
            this[Measure.ConflictingDuties].Add(entry.Index);
        }

        if (entry.Permission == AuditPermissions.Read)
        {
            this[Measure.LogReads].Add(entry.Index);
        }

        foreach (var role in entry.Roles ?? [])
        {
            if (role.Source is not null)
            {
                this[Measure.AssertedRoles].Add(entry.Index);
                break;
            }
        }
    }

    private static Measure? MeasureOf(string type) => type switch
    {
        "event" => Measure.ApplicationEvents,
        "access.allowed" => Measure.Allowed,
        "access.denied" => Measure.Denied,
        "access.outcome" => Measure.Outcomes,
        "access.summary" => Measure.Summaries,
        "policy.deployed" => Measure.Policies,
        "policy.rejected" => Measure.PoliciesRejected,
        "grant.requested" => Measure.Requests,
        "grant.approved" => Measure.Approvals,
        "grant.denied" => Measure.Refusals,
        "grant.activated" => Measure.Activations,
        "grant.expired" or "grant.lapsed" => Measure.Expiries,
        "grant.revoked" or "grant.relinquished" or "grant.cancelled" => Measure.Revocations,
        "grant.breakglass" => Measure.BreakGlasses,
        "grant.reviewed" => Measure.Reviews,
        "log.opened" => Measure.RunsOpened,
        "log.closed" => Measure.RunsClosed,
        "log.recovered" => Measure.Recoveries,
        "log.clock" => Measure.Clocks,
        "key.changed" => Measure.KeyChanges,
        _ => null,
    };
}
