namespace ImmutableAudit.Verifier.Evidence;

/// <summary>What each measure is called where people read it.</summary>
internal static class MeasureNames
{
    public static string Of(Measure measure) => measure switch
    {
        Measure.Entries => "entries",
        Measure.ApplicationEvents => "events of the application",
        Measure.Delegated => "entries about acts on another's behalf",
        Measure.Allowed => "decisions that allowed",
        Measure.UnderGrant => "allowed under a grant",
        Measure.Denied => "decisions that denied",
        Measure.ConflictingDuties => "denied for separated duties",
        Measure.Outcomes => "outcomes of acts",
        Measure.Summaries => "counts of use and denials",
        Measure.LogReads => "decisions about reading the log",
        Measure.AssertedRoles => "decisions by roles asserted by others",
        Measure.Policies => "policies deployed",
        Measure.PoliciesRejected => "policies refused",
        Measure.Requests => "requests for access",
        Measure.Approvals => "votes in favour",
        Measure.SignedApprovals => "votes signed by the approver",
        Measure.Refusals => "votes against",
        Measure.Activations => "grants activated",
        Measure.Expiries => "grants and requests ended by time",
        Measure.Revocations => "grants and requests ended by somebody",
        Measure.BreakGlasses => "break-glass",
        Measure.Reviews => "reviews of break-glass",
        Measure.Unreviewed => "break-glass without a review",
        Measure.RunsOpened => "runs begun",
        Measure.RunsClosed => "runs ended in order",
        Measure.Recoveries => "recoveries after a crash",
        Measure.Clocks => "clocks accepted by somebody",
        Measure.KeyChanges => "changes of signing keys",
        _ => $"{measure}",
    };
}
