using System.Collections.Immutable;
using System.Text.Json;
using ImmutableAudit.Events;

namespace ImmutableAudit.Privilege;

/// <summary>
/// What decisions are based on, as of one entry of the log: the fold over all <c>policy.*</c>, <c>grant.*</c> and
/// <c>privilege.*</c> entries up to it, and nothing else (DESIGN section 7). Immutable; reads nothing and knows no clock, so
/// that a verifier folds as the writer does.
/// </summary>
internal sealed class PrivilegeState
{
    /// <summary>Type of the resource that a grant to deploy a policy is limited to; its id is the policy's digest.</summary>
    public const string PolicyResourceType = "policy";

    private static readonly ImmutableSortedDictionary<string, PolicyInForce> NoPolicies =
        ImmutableSortedDictionary.Create<string, PolicyInForce>(StringComparer.Ordinal);

    /// <summary>Parts whose document is not complete: never at the end of a commit.</summary>
    private readonly PartedText? _parts;

    private PrivilegeState(
        long head, int sinceWritten, ImmutableSortedDictionary<string, PolicyInForce> policies, GrantBook grants, PartedText? parts = null)
    {
        Head = head;
        SinceWritten = sinceWritten;
        Policies = policies;
        Grants = grants;
        _parts = parts;
    }

    /// <summary>The state of a log without privilege entries.</summary>
    public static PrivilegeState Empty { get; } = new(EntryPrev.None, 0, NoPolicies, GrantBook.Empty);

    /// <summary>Index of the newest entry folded in: the head's privilege head (PRIVILEGE.md P1).</summary>
    public long Head { get; }

    /// <summary>Entries folded in since the state was last written down.</summary>
    public int SinceWritten { get; }

    /// <summary>The policies in force, by application.</summary>
    public ImmutableSortedDictionary<string, PolicyInForce> Policies { get; }

    /// <summary>The requests and grants that are not over.</summary>
    public GrantBook Grants { get; }

    /// <summary>A state that was written down.</summary>
    /// <param name="head">The <c>privilege.state</c> entry.</param>
    /// <param name="policies">The policies that it names, as their own entries have them.</param>
    /// <param name="grants">The requests and grants that it holds.</param>
    public static PrivilegeState Restore(long head, IEnumerable<PolicyInForce> policies, GrantBook grants) =>
        new(head, 0, NoPolicies.AddRange(policies.Select(policy => KeyValuePair.Create(policy.Application, policy))), grants);

    /// <summary>The state after the next privilege entry.</summary>
    /// <exception cref="AuditLogCorruptException">The entry is not the next, contradicts itself or its parts, or breaks a rule, which is then named.</exception>
    /// <exception cref="PrivilegeStateException">The entry says something that this version does not know.</exception>
    public PrivilegeState Apply(AuditEntry entry)
    {
        if (entry.Prev != Head || entry.Index <= Head)
        {
            throw BrokenRule.By(
                BrokenRule.BrokenChain,
                $"Entry {entry.Index}, which privileges follow from, names {entry.Prev?.ToString() ?? "nothing"} as the one before it, but that is {Head}.");
        }

        return entry.Type switch
        {
            StateEntries.PolicyPart or StateEntries.StatePart => Next(entry, Policies, Grants, PartedText.Add(_parts, entry)),
            StateEntries.PolicyDeployed => Succeed(entry),
            StateEntries.PolicyRejected => Next(entry, Policies, Grants),
            StateEntries.State => Written(entry),
            _ => Next(entry, Policies, Judge(entry)),
        };
    }

    /// <summary>The same state behind an entry that has no effect, for who reports what is wrong and goes on.</summary>
    public PrivilegeState PassOver(AuditEntry entry) => new(entry.Index, SinceWritten + 1, Policies, Grants);

    /// <summary>The state, written down: the same bytes for the same state.</summary>
    public byte[] ToDocument() => JsonSerializer.SerializeToUtf8Bytes(
        new StateDocument(
            [.. Policies.Values.Select(policy => new StatePolicy(policy.Application, policy.Version, policy.Digest, policy.Index))],
            StateGrants.Write(Grants)),
        StateDetailsContext.Default.StateDocument);

    /// <summary>The policy that a <c>policy.deployed</c> entry holds, together with its parts.</summary>
    public static PolicyInForce Deployed(AuditEntry entry, PartedText? parts)
    {
        var details = StateDetails.OfDeployed(entry);
        var document = PartedText.Join(parts, StateEntries.PolicyPart, entry, details.Parts, details.Text, details.Digest);
        return new PolicyInForce(entry.Index, details.Application, details.Version, details.Digest, document);
    }

    /// <summary>Puts this entry's policy into force (P15), and ends what it does not permit any more (P17).</summary>
    private PrivilegeState Succeed(AuditEntry entry)
    {
        var policy = Deployed(entry, _parts);
        var predecessor = Policies.GetValueOrDefault(policy.Application);
        var named = StateDetails.OfDeployed(entry).Predecessor;
        if (named != predecessor?.Index || policy.Version <= (predecessor?.Version ?? 0))
        {
            throw BrokenRule.By(
                BrokenRule.PolicyOutOfOrder,
                $"Entry {entry.Index} deploys a policy in the place of another than the one in force, or of an older version.");
        }

        if (predecessor is not null && predecessor.NextNeedsGrant && !GrantsToDeploy(policy.Digest, entry.Time).Any(grant => grant.Index == entry.Event.Grant))
        {
            throw BrokenRule.By(
                BrokenRule.PolicyWithoutGrant,
                $"Entry {entry.Index} deploys a policy without a live grant for '{AuditPermissions.DeployPolicy}' that names its digest, which the policy before it demands.");
        }

        var grants = Grants.Count == 0 ? Grants : GrantRules.Succeed(Grants, policy.Application, policy.Compiled, entry.Index, entry.Time);
        return Next(entry, Policies.SetItem(policy.Application, policy), grants);
    }

    /// <summary>The grants under which a policy may be deployed (PRIVILEGE.md P15), the oldest first.</summary>
    public IEnumerable<AccessGrant> GrantsToDeploy(string digest, DateTimeOffset time) => Grants.All.Select(record => record.Grant).OfType<AccessGrant>().Where(
        grant => grant.IsLive(time) && grant.Permissions.Contains(AuditPermissions.DeployPolicy, StringComparer.Ordinal)
            && grant.Resource is { Type: PolicyResourceType } resource && resource.Id == digest);

    /// <summary>The requests and grants after an entry about one.</summary>
    private GrantBook Judge(AuditEntry entry)
    {
        var act = GrantEntries.Read(entry);
        if (entry.Basis != Head || Policies.Values.FirstOrDefault(policy => policy.Index == entry.Policy) is not { } policy)
        {
            throw BrokenRule.By(
                BrokenRule.WrongBasis,
                $"Entry {entry.Index} was not judged on what was in force: it names the policy {entry.Policy} and the basis {entry.Basis}.");
        }

        var moment = new GrantMoment(policy.Application, policy.Compiled, Grants, entry.Time);
        var verdict = GrantRules.Judge(act, moment, new AuditReference(entry.Index, entry.LeafHash));
        return verdict.Refusal is { } refusal
            ? throw BrokenRule.By(refusal.Code, $"Entry {entry.Index} ({entry.Type}) breaks a rule. {refusal.Text}")
            : verdict.Book;
    }

    /// <summary>A state that was written down must be this one, or whoever begins with it decides otherwise.</summary>
    private PrivilegeState Written(AuditEntry entry)
    {
        var details = StateDetails.OfWritten(entry);
        var document = PartedText.Join(_parts, StateEntries.StatePart, entry, details.Parts, details.Text, details.Digest);
        return document.AsSpan().SequenceEqual(ToDocument())
            ? new PrivilegeState(entry.Index, 0, Policies, Grants)
            : throw BrokenRule.By(
                BrokenRule.WrongState,
                $"The state of privileges in entry {entry.Index} is not what the entries before it lead to.");
    }

    private PrivilegeState Next(
        AuditEntry entry, ImmutableSortedDictionary<string, PolicyInForce> policies, GrantBook grants, PartedText? parts = null) =>
        new(entry.Index, SinceWritten + 1, policies, grants, parts);
}
