using ImmutableAudit.Log;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImmutableAudit.Privilege;

/// <summary>What a guard is made from.</summary>
/// <param name="Log">The log.</param>
/// <param name="Policy">Says the policy, once the application's name and catalogue are said.</param>
internal sealed record GuardSetup(IPrivilegedLog Log, Action<AccessPolicyBuilder> Policy)
{
    /// <summary>What the application's guarded members need.</summary>
    public IReadOnlyList<GuardRule> Rules { get; init; } = [];

    public ISubjectAccessor Subjects { get; init; } = SubjectScope.Accessor;

    public IRoleAssignmentStore? Store { get; init; }

    /// <summary>The part of the policy that may change while the application runs.</summary>
    public IPolicySource? Source { get; init; }

    public LeastPrivilegeOptions Options { get; init; } = new();

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The policy's application, unless the policy says another.</summary>
    public string Application { get; init; } = Log.Origin;
}
