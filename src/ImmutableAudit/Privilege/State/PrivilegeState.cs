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
    private static readonly ImmutableSortedDictionary<string, PolicyInForce> NoPolicies =
        ImmutableSortedDictionary.Create<string, PolicyInForce>(StringComparer.Ordinal);

    /// <summary>Parts whose document is not complete: never at the end of a commit.</summary>
    private readonly PartedText? _parts;

    private PrivilegeState(long head, int sinceWritten, ImmutableSortedDictionary<string, PolicyInForce> policies, PartedText? parts = null)
    {
        Head = head;
        SinceWritten = sinceWritten;
        Policies = policies;
        _parts = parts;
    }

    /// <summary>The state of a log without privilege entries.</summary>
    public static PrivilegeState Empty { get; } = new(EntryPrev.None, 0, NoPolicies);

    /// <summary>Index of the newest entry folded in: the head's privilege head (PRIVILEGE.md P1).</summary>
    public long Head { get; }

    /// <summary>Entries folded in since the state was last written down.</summary>
    public int SinceWritten { get; }

    /// <summary>The policies in force, by application.</summary>
    public ImmutableSortedDictionary<string, PolicyInForce> Policies { get; }

    /// <summary>A state that was written down.</summary>
    /// <param name="head">The <c>privilege.state</c> entry.</param>
    /// <param name="policies">The policies that it names, as their own entries have them.</param>
    public static PrivilegeState Restore(long head, IEnumerable<PolicyInForce> policies) =>
        new(head, 0, NoPolicies.AddRange(policies.Select(policy => KeyValuePair.Create(policy.Application, policy))));

    /// <summary>The state after the next privilege entry.</summary>
    /// <exception cref="AuditLogCorruptException">The entry is not the next, or contradicts the state.</exception>
    /// <exception cref="PrivilegeStateException">The entry says something that this version does not know.</exception>
    public PrivilegeState Apply(AuditEntry entry)
    {
        if (entry.Prev != Head || entry.Index <= Head)
        {
            throw new AuditLogCorruptException(
                $"Entry {entry.Index}, which privileges follow from, names {entry.Prev?.ToString() ?? "nothing"} as the one before it, but that is {Head}. Verify the log.");
        }

        // Grants come in here (P19): each type of entry with the state that it leads to.
        return entry.Type switch
        {
            StateEntries.PolicyPart or StateEntries.StatePart => Next(entry, Policies, PartedText.Add(_parts, entry)),
            StateEntries.PolicyDeployed => Next(entry, Succeed(entry)),
            StateEntries.PolicyRejected => Next(entry, Policies),
            StateEntries.State => Written(entry),
            _ => throw StateDetails.Unknown(entry),
        };
    }

    /// <summary>The state, written down: the same bytes for the same state.</summary>
    public byte[] ToDocument() => JsonSerializer.SerializeToUtf8Bytes(
        new StateDocument([.. Policies.Values.Select(policy => new StatePolicy(policy.Application, policy.Version, policy.Digest, policy.Index))]),
        StateDetailsContext.Default.StateDocument);

    /// <summary>The policy that a <c>policy.deployed</c> entry holds, together with its parts.</summary>
    public static PolicyInForce Deployed(AuditEntry entry, PartedText? parts)
    {
        var details = StateDetails.OfDeployed(entry);
        var document = PartedText.Join(parts, StateEntries.PolicyPart, entry, details.Parts, details.Text, details.Digest);
        return new PolicyInForce(entry.Index, details.Application, details.Version, details.Digest, document);
    }

    /// <summary>The policies once this entry's is in force (P15).</summary>
    private ImmutableSortedDictionary<string, PolicyInForce> Succeed(AuditEntry entry)
    {
        var policy = Deployed(entry, _parts);
        var predecessor = Policies.GetValueOrDefault(policy.Application);
        var named = StateDetails.OfDeployed(entry).Predecessor;
        return named == predecessor?.Index && policy.Version > (predecessor?.Version ?? 0)
            ? Policies.SetItem(policy.Application, policy)
            : throw new AuditLogCorruptException(
                $"Entry {entry.Index} deploys a policy in the place of another than the one in force, or of an older version. Verify the log.");
    }

    /// <summary>A state that was written down must be this one, or whoever begins with it decides otherwise.</summary>
    private PrivilegeState Written(AuditEntry entry)
    {
        var details = StateDetails.OfWritten(entry);
        var document = PartedText.Join(_parts, StateEntries.StatePart, entry, details.Parts, details.Text, details.Digest);
        return document.AsSpan().SequenceEqual(ToDocument())
            ? new PrivilegeState(entry.Index, 0, Policies)
            : throw new AuditLogCorruptException(
                $"The state of privileges in entry {entry.Index} is not what the entries before it lead to. Verify the log.");
    }

    private PrivilegeState Next(AuditEntry entry, ImmutableSortedDictionary<string, PolicyInForce> policies, PartedText? parts = null) =>
        new(entry.Index, SinceWritten + 1, policies, parts);
}
