using static ImmutableAudit.Verifier.Evidence.Measure;

namespace ImmutableAudit.Verifier.Evidence.Frameworks;

internal static class Pci
{
    private const string OneSystem = "Other components: each has to log by itself.";

    public static Framework Framework { get; } = new(
        "pci",
        "PCI DSS v4.0.1, requirements 7 and 10",
        [
            new(
                "7.2.1", "There is a model of who gets which access.",
                "The policy: roles, permissions, elevation rules, each version.",
                "That the model follows business needs.",
                Policies),
            new(
                "7.2.2", "Access goes by job and is the least that is needed.",
                "Who has which roles. 'review' shows what is held and never used, and the smallest role that would have done.",
                "Which job somebody has.",
                Policies, Allowed),
            new(
                "7.2.3", "Privileges are approved by those who may.",
                "Each grant with the votes it took; what was refused.",
                "Who approved the roles in a policy, unless it was deployed under a grant.",
                Requests, Approvals, SignedApprovals, Refusals),
            new(
                "7.2.4", "Accounts and their access are reviewed at least every six months.",
                "The material: 'review' over the period.",
                "That the review took place, and that management acknowledged it.",
                Policies, Allowed),
            new(
                "7.2.5", "Accounts of applications and systems have the least access that they need.",
                "What such accounts did, if they act under their own names.",
                "Which accounts are those of systems, unless the application says so; access of system accounts to other components.",
                Allowed, Delegated),
            new(
                "7.3.1", "An access control system covers what is to be protected.",
                "Each decision that it took.",
                OneSystem,
                Allowed, Denied, Summaries),
            new(
                "7.3.3", "What is not allowed is denied.",
                "Denials, with their causes.",
                "That nothing goes around the guards.",
                Denied),
            new(
                "10.2.1.1", "Each user's access to cardholder data is logged.",
                "Decisions with user, time and resource, and how the act ended.",
                "Which resources hold cardholder data. " + OneSystem,
                Allowed, Outcomes, Summaries),
            new(
                "10.2.1.2", "What is done with administrative access is logged.",
                "What was done under grants and in emergencies.",
                OneSystem,
                UnderGrant, BreakGlasses),
            new(
                "10.2.1.3", "Access to the logs is logged.",
                "Reading through the host.",
                "Reading of the log's files by other ways.",
                LogReads),
            new(
                "10.2.1.4", "Attempts at access that are not valid are logged.",
                "Denials, one by one or counted.",
                "Failed logins, which are the identity provider's.",
                Denied, Summaries),
            new(
                "10.2.1.5", "Changes of credentials and elevations of privilege are logged.",
                "Elevation from request to end; changes of the policy.",
                "Changes of credentials and accounts at the identity provider.",
                Policies, Requests, Approvals, Activations, Revocations),
            new(
                "10.2.1.6", "Starting and stopping of the log is logged.",
                "Runs that began and ended, and recoveries in between.",
                "Why a run did not say that it ended.",
                RunsOpened, RunsClosed, Recoveries),
            new(
                "10.2.2", "Each entry says who, what, when, whether it succeeded, from where and on what.",
                "The members of each entry: 'show'.",
                "From where, unless the application gives it.",
                Entries, Outcomes),
            new(
                "10.3.1", "Only those who need to can read the logs.",
                "Decisions about reading through the host.",
                "Rights on the log's files.",
                LogReads),
            new(
                "10.3.2", "Logs are protected from being changed.",
                "That no entry was altered, inserted or dropped since it was signed.",
                "That the tail was not cut off or history rewritten by who has the key, unless a checkpoint kept apart is handed in.",
                Entries, KeyChanges) { IsAboutIntegrity = true },
            new(
                "10.3.4", "Changes of logs are detected.",
                "That verification detects them: this run is one.",
                "That it is run regularly, and alerts somebody.",
                Entries) { IsAboutIntegrity = true },
            new(
                "10.4.1", "Logs are reviewed daily.",
                "The material, and who read it through the host.",
                "That somebody reviewed it.",
                Denied, BreakGlasses, LogReads),
            new(
                "10.5.1", "Logs are kept for twelve months, three of them at hand.",
                "From when to when the log reaches.",
                "That it will be kept.",
                Entries) { IsAboutRetention = true },
            new(
                "10.6.3", "Time settings are protected, and changes of them logged.",
                "Each time that somebody accepted a clock that had jumped; times in the order of the entries.",
                "That the clock agrees with a reference, and who may set it.",
                Clocks) { IsAboutIntegrity = true },
        ]);
}
