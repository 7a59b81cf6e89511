namespace ImmutableAudit.Generators;

/// <summary>All that is written about one guarded interface; text only, no symbols.</summary>
/// <param name="HintName">The generated file's name.</param>
/// <param name="Namespace">The interface's; null for the global one.</param>
/// <param name="ClassName">The guard's, without type parameters.</param>
/// <param name="TypeParameters">As declared, with their attributes; empty unless the interface is generic.</param>
/// <param name="TypeArguments">Their names.</param>
/// <param name="Constraints">The guard's constraint clauses.</param>
/// <param name="Interface">The interface as the guard names it.</param>
/// <param name="OpenInterface">The interface as <c>typeof</c> names it: <c>global::Shop.IRepository&lt;&gt;</c>.</param>
/// <param name="Attributes">Attributes for the guard.</param>
/// <param name="IsObsolete">The interface is, or what it is nested in.</param>
/// <param name="Experiments">The diagnostics for whoever uses it.</param>
/// <param name="Rules">What the members need, in order.</param>
/// <param name="Members">The members, in order.</param>
/// <param name="Inner">The field that holds the implementation.</param>
/// <param name="Target">The field that holds the target.</param>
internal sealed record GuardModel(
    string HintName,
    string? Namespace,
    string ClassName,
    EquatableArray<string> TypeParameters,
    EquatableArray<string> TypeArguments,
    EquatableArray<string> Constraints,
    string Interface,
    string OpenInterface,
    EquatableArray<string> Attributes,
    bool IsObsolete,
    EquatableArray<string> Experiments,
    EquatableArray<RuleModel> Rules,
    EquatableArray<MemberModel> Members,
    string Inner,
    string Target)
{
    public bool IsGeneric => TypeArguments.Count > 0;

    /// <summary>The guard as its own members name it.</summary>
    public string ClassType => IsGeneric ? $"{ClassName}<{string.Join(", ", TypeArguments)}>" : ClassName;

    /// <summary>Where the rules stand: with a generic guard beside it, so that each exists once.</summary>
    public string RulesClass => IsGeneric ? GuardName.Rules(ClassName, TypeArguments.Count) : ClassName;

    public CatalogueEntry ToEntry()
    {
        var prefix = Namespace is null ? "global::" : $"global::{Namespace}.";
        var guard = prefix + ClassName + (IsGeneric ? $"<{new string(',', TypeArguments.Count - 1)}>" : "");
        return new(OpenInterface, guard, IsGeneric, IsObsolete, Experiments, Rules.Select(rule => $"{prefix}{RulesClass}.{rule.Name}").ToEquatable());
    }
}

/// <summary>One line of the catalogue.</summary>
internal sealed record CatalogueEntry(
    string Interface, string Guard, bool IsGeneric, bool IsObsolete, EquatableArray<string> Experiments, EquatableArray<string> Rules);

/// <summary>What one member needs.</summary>
/// <param name="Name">The static field that holds it.</param>
/// <param name="Field">The field that holds the member's guard.</param>
/// <param name="Member">Interface and member, as on record.</param>
internal sealed record RuleModel(string Name, string Field, string Member, string Permission, bool Elevated, AuditLevel Level)
{
    /// <summary>Nothing is recorded of what is allowed, so it may pass at once.</summary>
    public bool MayPass => Level == AuditLevel.DenialsOnly && !Elevated;
}

/// <summary>As in the library.</summary>
internal enum AuditLevel
{
    DecisionAndOutcome,
    Decision,
    DenialsOnly,
}
