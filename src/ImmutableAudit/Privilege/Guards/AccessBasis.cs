namespace ImmutableAudit.Privilege;

/// <summary>What decisions are taken on, at one place of the log. Immutable; replaced whole when the log goes on.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="PolicyIndex">Index of the entry that put it into force.</param>
/// <param name="Head">Index of the newest entry that decisions are based on (PRIVILEGE.md P1).</param>
/// <param name="Grants">The grants that have not ended there.</param>
internal sealed record AccessBasis(CompiledPolicy Policy, long PolicyIndex, long Head, IReadOnlyList<AccessGrant> Grants);
