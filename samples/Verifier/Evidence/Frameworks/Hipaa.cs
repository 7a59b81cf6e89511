using static ImmutableAudit.Verifier.Evidence.Measure;

namespace ImmutableAudit.Verifier.Evidence.Frameworks;

internal static class Hipaa
{
    public static Framework Framework { get; } = new(
        "hipaa",
        "HIPAA Security Rule: 45 CFR Part 164, Subpart C",
        [
            new(
                "164.308(a)(1)(ii)(D)", "Records of activity are reviewed regularly.",
                "The records, and who read them through the host. 'review' is the material for a review.",
                "That they were reviewed, and how often.",
                Entries, Denied, LogReads, Reviews),
            new(
                "164.308(a)(3)(ii)(C)", "Access ends when somebody leaves.",
                "From when on an assignment was gone, and grants ended early.",
                "When the person left; accounts at the identity provider.",
                Policies, Revocations),
            new(
                "164.308(a)(4)(ii)(B)", "Access is authorized.",
                "Requests and who approved them; roles by policy.",
                "That the approvers had grounds to.",
                Policies, Requests, Approvals, SignedApprovals, Refusals),
            new(
                "164.308(a)(4)(ii)(C)", "Rights of access are set up, documented, reviewed and changed.",
                "Each version of the policy, and each grant from request to end.",
                "That the rights were reviewed.",
                Policies, Activations, Expiries, Revocations),
            new(
                "164.312(a)(1)", "Only those who were given the right have access.",
                "Each decision by the policy in force, what was denied included.",
                "Access around the guards, to the database or to backups.",
                Policies, Allowed, Denied, Summaries),
            new(
                "164.312(a)(2)(i)", "Everybody has an identifier of their own.",
                "The issuer and id of who acted in each entry, and for whom.",
                "That an account is used by one person alone.",
                Entries, Delegated),
            new(
                "164.312(a)(2)(ii)", "There is a way to get access in an emergency.",
                "Each use of it: who, why, for how long, what was done, and the review.",
                "That the procedure is known to those who need it.",
                BreakGlasses, Reviews, Unreviewed, UnderGrant),
            new(
                "164.312(b)", "Activity is recorded and can be examined.",
                "The records, unaltered since they were signed, and runs that began and ended.",
                "That every system with health information records into it.",
                Entries, ApplicationEvents, Outcomes, RunsOpened, RunsClosed) { IsAboutIntegrity = true },
            new(
                "164.312(c)(1)", "Health information is protected from improper alteration and destruction.",
                "Of the log itself, that it was not altered; of the information, who was allowed to change it and did.",
                "The integrity of the information itself, which is not in the log.",
                Allowed, Outcomes) { IsAboutIntegrity = true },
            new(
                "164.312(d)", "Who seeks access is who they claim to be.",
                "Who vouched for each subject: the issuer.",
                "The authentication itself.",
                AssertedRoles, SignedApprovals),
            new(
                "164.316(b)(2)(i)", "Documentation is kept for six years.",
                "From when to when the log reaches, and the policies in it.",
                "That it will be kept.",
                Policies) { IsAboutRetention = true },
        ]);
}
