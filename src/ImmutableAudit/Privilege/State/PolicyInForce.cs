namespace ImmutableAudit.Privilege;

/// <summary>A policy that the log says is in force for an application. Immutable.</summary>
/// <param name="Index">Its <c>policy.deployed</c> entry, by which decisions name it.</param>
/// <param name="Application">The application.</param>
/// <param name="Version">Its version.</param>
/// <param name="Digest">Of its document.</param>
/// <param name="Document">Its document, as deployed.</param>
internal sealed record PolicyInForce(long Index, string Application, long Version, string Digest, ReadOnlyMemory<byte> Document)
{
    private CompiledPolicy? _compiled;

    /// <summary>What it says. Read when it is asked for: of other applications nothing has to be understood.</summary>
    /// <exception cref="PrivilegeStateException">It is no policy that this version understands.</exception>
    internal CompiledPolicy Compiled => _compiled ??= Compile();

    /// <summary>Whether the next policy of its application takes a grant (PRIVILEGE.md P15).</summary>
    internal bool NextNeedsGrant => Compiled.Policy.DeployUnderGrant;

    private CompiledPolicy Compile()
    {
        try
        {
            var policy = PolicyDocument.Parse(Document).Policy;
            return (policy.Application, policy.Version) == (Application, Version)
                ? new CompiledPolicy(policy)
                : throw new PrivilegeStateException($"Entry {Index} deploys a policy under another name or version than it has. Verify the log.");
        }
        catch (AccessPolicyException e)
        {
            throw new PrivilegeStateException($"The policy in entry {Index} is not one that this version understands. {e.Message}", e);
        }
    }
}
