using static ImmutableAudit.Verifier.Evidence.Measure;

namespace ImmutableAudit.Verifier.Evidence.Frameworks;

internal static class Iso27001
{
    public static Framework Framework { get; } = new(
        "iso27001",
        "ISO/IEC 27001:2022, Annex A",
        [
            new(
                "5.3", "Conflicting duties are kept apart.",
                "Roles that nobody may hold together, by policy; denials where somebody did; grants approved by others than who asked.",
                "Duties outside of this application; that two accounts are one human, unless the policy says so.",
                Policies, ConflictingDuties, Approvals),
            new(
                "5.15", "There are rules for access, and they are enforced.",
                "The rules as deployed, and each decision by them.",
                "Physical access; that the rules follow from business and security needs.",
                Policies, Allowed, Denied),
            new(
                "5.18", "Access rights are provided, reviewed, changed and removed.",
                "Every such change as a version of the policy or as a grant with its end. 'review' is the material for a review.",
                "That somebody reviewed the rights; rights in other systems.",
                Policies, Requests, Approvals, Expiries, Revocations),
            new(
                "5.28", "Evidence is collected so that it can be relied upon.",
                "Each entry with a proof that anybody checks without the log, the application or trust in it.",
                "That what an entry says is true: it is what the application said at the time.",
                Entries, KeyChanges) { IsAboutIntegrity = true },
            new(
                "5.33", "Records are protected from loss and falsification.",
                "That no entry was altered, inserted, dropped or put in another place since it was signed.",
                "That its tail was not cut off or history rewritten by who has the key, unless a checkpoint kept apart is handed in; backups.",
                Entries, Recoveries) { IsAboutIntegrity = true, IsAboutRetention = true },
            new(
                "8.2", "Privileged access is restricted and managed.",
                "Elevated access is asked for, approved, used under its grant, and ends; emergency access with its review.",
                "Privileged access to the host, the database and the log's files.",
                Requests, Approvals, SignedApprovals, Activations, UnderGrant, BreakGlasses, Reviews, Unreviewed),
            new(
                "8.3", "Access to information is restricted by the rules.",
                "Each decision with the resource it was about.",
                "Access around the guards.",
                Allowed, Denied, Summaries),
            new(
                "8.15", "Logs are produced, kept, protected and analysed.",
                "Who did what, when and how it ended, in a log that shows if it was altered; runs that began and ended.",
                "That everything that should be logged is; that somebody analysed it; how long it will be kept.",
                Entries, ApplicationEvents, Outcomes, RunsOpened, RunsClosed) { IsAboutIntegrity = true, IsAboutRetention = true },
            new(
                "8.16", "Behaviour is monitored for what is unusual.",
                "The material: denials, emergency access, reading of the log itself.",
                "That anybody monitors, and what came of it.",
                Denied, BreakGlasses, LogReads),
            new(
                "8.17", "Clocks are synchronized.",
                "Times in the order of the entries, and each time that somebody accepted a clock that had jumped.",
                "That the clock agrees with a reference.",
                Clocks) { IsAboutIntegrity = true },
        ]);
}
