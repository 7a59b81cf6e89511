using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>What an attribute says of a member.</summary>
/// <param name="Attribute">The attribute.</param>
/// <param name="Source">Where it stands: a member or an interface.</param>
internal sealed record MemberRule(AttributeData Attribute, ISymbol Source)
{
    public bool IsUnguarded => Attribute.Is(Known.Unguarded);

    /// <summary>The permission, or the reason why there is none.</summary>
    public string Text => Attribute.Text() ?? "";

    public bool Elevated => Attribute.Named("Elevated") is true;

    public AuditLevel Level => Attribute.Named("AuditLevel") is int level ? (AuditLevel)level : AuditLevel.DecisionAndOutcome;

    public bool Blocking => Attribute.Named("Blocking") is true;

    public string? Deferred => Attribute.Named("Deferred") as string;

    public string? Member => Attribute.Named("Member") as string;

    public bool IsRecorded => !IsUnguarded && (Elevated || Level != AuditLevel.DenialsOnly);

    public static IReadOnlyList<MemberRule> Of(ISymbol? symbol) => symbol is null
        ? []
        : [.. symbol.GetAttributes()
            .Where(attribute => attribute.Is(Known.RequirePermission) || attribute.Is(Known.Unguarded))
            .Select(attribute => new MemberRule(attribute, symbol))];

    /// <summary>The attribute's name as it is written.</summary>
    public string Name => IsUnguarded ? "Unguarded" : "RequirePermission";

    public bool SaysTheSame(MemberRule other) =>
        IsUnguarded == other.IsUnguarded && (IsUnguarded || (Text == other.Text && Elevated == other.Elevated && Level == other.Level));
}
