using static ImmutableAudit.Verifier.Evidence.Measure;

namespace ImmutableAudit.Verifier.Evidence.Frameworks;

internal static class Gdpr
{
    public static Framework Framework { get; } = new(
        "gdpr",
        "GDPR: Regulation (EU) 2016/679",
        [
            new(
                "Art. 5(1)(f)", "Personal data is secured against access and processing that is not allowed.",
                "Each decision about guarded acts, what was denied included.",
                "Which of the resources are personal data; access around the guards. An append-only log forgets nothing: what identifies people in it must be opaque.",
                Policies, Allowed, Denied, Summaries),
            new(
                "Art. 5(2)", "The controller can show that it keeps to the principles.",
                "Who acted on what, when and by which right, with a proof for each entry.",
                "Purposes and legal bases, unless the application records them.",
                Entries, Outcomes) { IsAboutIntegrity = true },
            new(
                "Art. 25(2)", "By default only data that is needed is processed, and by as few as possible.",
                "What is not allowed is denied; elevated access is on demand and ends. 'review' shows what is held and never used.",
                "Which data the purposes need.",
                Policies, Denied, Requests, Expiries),
            new(
                "Art. 32(1)(b)", "Confidentiality, integrity and resilience are ensured lastingly.",
                "Access as decided; a log that shows if it was altered; recoveries.",
                "Availability; security of the systems below.",
                Allowed, Denied, Recoveries) { IsAboutIntegrity = true },
            new(
                "Art. 32(1)(d)", "Measures are tested and evaluated regularly.",
                "This report and 'review' are material; emergency access with its review.",
                "That measures were tested.",
                Reviews, Unreviewed, PoliciesRejected),
            new(
                "Art. 32(4)", "Who has access to personal data acts on instructions only.",
                "By which role or grant each act was allowed, and who approved the grant.",
                "The instructions.",
                Allowed, UnderGrant, Approvals, Delegated),
            new(
                "Art. 33(5)", "Breaches are documented with their facts.",
                "The facts that are in it: who had access to what in which time.",
                "That there was a breach, what it led to, and what was done about it.",
                Allowed, Denied, BreakGlasses, Revocations) { IsAboutIntegrity = true },
        ]);
}
