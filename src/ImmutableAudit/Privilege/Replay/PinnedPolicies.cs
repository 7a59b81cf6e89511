namespace ImmutableAudit.Privilege;

/// <summary>
/// The policies that an auditor has reviewed: from the first of them on, no other may be in force for its application
/// (PRIVILEGE.md P15). Not thread-safe.
/// </summary>
internal sealed class PinnedPolicies(IEnumerable<PolicyDigest> pinned)
{
    private readonly HashSet<string> _applications = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, bool> _deployed =
        new(pinned.Distinct().Select(digest => KeyValuePair.Create(digest.ToString(), false)), StringComparer.Ordinal);

    /// <summary>Takes the next policy that is put into force.</summary>
    public void Add(ReplayedPolicy policy, Findings findings)
    {
        if (_deployed.ContainsKey(policy.Digest))
        {
            _deployed[policy.Digest] = true;
            _applications.Add(policy.Application);
        }
        else if (_applications.Contains(policy.Application))
        {
            findings.Add(
                AccessViolationKind.PolicyNotPinned,
                $"Entry {policy.Index} puts version {policy.Version} of the policy of '{Printable.Of(policy.Application)}' into force, with the digest {policy.Digest}, which is none of those reviewed.",
                policy.Index);
        }
    }

    /// <summary>What was reviewed must have been in force, or nothing was compared with it.</summary>
    public void Complete(Findings findings)
    {
        foreach (var (digest, _) in _deployed.Where(policy => !policy.Value))
        {
            findings.Add(AccessViolationKind.PolicyNotPinned, $"The policy with the digest {digest} was reviewed, and never was in force.");
        }
    }
}
