namespace ImmutableAudit.Privilege;

/// <summary>What decisions are taken on, at one place of the log. Immutable; replaced whole when the log goes on.</summary>
/// <param name="Policy">The policy, in the order of the application's own permissions.</param>
/// <param name="InForce">The same as the log has it.</param>
/// <param name="State">All that the log says there.</param>
internal sealed record AccessBasis(CompiledPolicy Policy, PolicyInForce InForce, PrivilegeState State)
{
    /// <summary>Index of the entry that put the policy into force.</summary>
    public long PolicyIndex => InForce.Index;

    /// <summary>Index of the newest entry that decisions are based on (PRIVILEGE.md P1).</summary>
    public long Head => State.Head;

    /// <summary>The requests and grants that are not over.</summary>
    public GrantBook Grants => State.Grants;

    /// <summary>When the next request or grant of this application ends by itself.</summary>
    public DateTimeOffset? NextEnd => Grants.NextEndIn(InForce.Application);

    /// <summary>What something about a grant is judged on.</summary>
    public GrantMoment At(DateTimeOffset time) => new(InForce.Application, InForce.Compiled, Grants, time);
}
