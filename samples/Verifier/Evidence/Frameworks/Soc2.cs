using static ImmutableAudit.Verifier.Evidence.Measure;

namespace ImmutableAudit.Verifier.Evidence.Frameworks;

internal static class Soc2
{
    public static Framework Framework { get; } = new(
        "soc2",
        "SOC 2: AICPA Trust Services Criteria 2017, points of focus as revised in 2022",
        [
            new(
                "CC6.1", "Logical access to what needs protection is restricted.",
                "Decisions about guarded acts by a policy that is in the log, denials included.",
                "How people and machines are authenticated; networks, encryption, infrastructure; access around the guards.",
                Policies, Allowed, Denied, Summaries),
            new(
                "CC6.2", "Users are registered and authorized before they get access, and lose it when they no longer should have it.",
                "Every assignment and its removal is a version of the policy, with the time from which it held; roles that others assert stand on the decisions made by them.",
                "How identities and credentials are issued and withdrawn, and whether that was in time after somebody left.",
                Policies, AssertedRoles),
            new(
                "CC6.3", "Access is given, changed and taken away by role, no more than is needed, with duties separated.",
                "Roles and separated duties by policy; elevated access requested, approved by others, limited in time and ended. 'review' shows what is held and not used.",
                "Whether the roles fit people's work.",
                Policies, Requests, Approvals, Activations, Expiries, Revocations, ConflictingDuties),
            new(
                "CC7.2", "Systems are watched for what is unusual.",
                "The material to watch: denials, emergency access, recoveries, clocks that somebody set right.",
                "That anybody watched it or was alerted; what does not go through this application.",
                Denied, BreakGlasses, Recoveries, Clocks),
            new(
                "CC7.3", "Security events are evaluated.",
                "Emergency access with its review by somebody else, or without one.",
                "Evaluation that took place elsewhere.",
                BreakGlasses, Reviews, Unreviewed),
            new(
                "CC7.4", "Incidents are responded to.",
                "When access was ended early, by whom and why; what was done in an emergency.",
                "The response as a whole, its plan and its communication.",
                Revocations, BreakGlasses, Outcomes),
            new(
                "CC8.1", "Changes are authorized, tested and approved.",
                "Every change of the access policy: what changed, from when, and what was refused.",
                "Changes of code, data and infrastructure; tests; who approved a policy, unless it was deployed under a grant.",
                Policies, PoliciesRejected),
        ]);
}
