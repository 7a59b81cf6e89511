using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>Finds the rule of each member (PRIVILEGE.md P8), and says where there is none or more than one.</summary>
internal sealed class RuleReader(INamedTypeSymbol type, Findings findings)
{
    /// <summary>The interfaces whose rules may stand for foreign members: this one, and the guarded ones it inherits.</summary>
    private readonly List<INamedTypeSymbol> _sources = [type, .. type.AllInterfaces.Where(inherited => inherited.IsGuarded())];

    /// <summary>The rule of a member, or of one accessor of it.</summary>
    public MemberRule? Find(ISymbol member, IMethodSymbol? accessor)
    {
        var name = RecordName.Of(member, accessor);
        if (MemberRule.Of(accessor) is { Count: > 0 } own)
        {
            return Checked(One(own, member, name), member);
        }

        if (MemberRule.Of(member) is { Count: > 0 } declared && member.ContainingType.IsGuarded())
        {
            return Checked(One(declared, member, name), member);
        }

        if (!member.ContainingType.IsGuarded() && Foreign(member, accessor, name) is { } foreign)
        {
            return foreign;
        }

        findings.AddNoRule(member, name, inherited: !member.ContainingType.IsGuarded());
        return null;
    }

    /// <summary>Whether the rule on the interface speaks of a foreign member.</summary>
    public static bool Names(string? text, ISymbol member, IMethodSymbol? accessor) =>
        text is not null &&
        (text == member.Name || text == member.MetadataName ||
        (accessor is not null && (text == $"{member.Name}.{RecordName.Accessor(accessor)}" || text == $"{member.MetadataName}.{RecordName.Accessor(accessor)}")));

    private MemberRule? Foreign(ISymbol member, IMethodSymbol? accessor, string name)
    {
        MemberRule? found = null;
        foreach (var source in _sources)
        {
            if (source.AllInterfaces.Contains(member.ContainingType, SymbolEqualityComparer.Default) &&
                On(source, member, accessor) is { Count: > 0 } rules)
            {
                var rule = Checked(One(rules, source, name), source);
                if (SymbolEqualityComparer.Default.Equals(source, type))
                {
                    return rule;
                }

                if (found is not null && rule is not null && !found.SaysTheSame(rule))
                {
                    findings.Add(
                        Rules.TwoRules, type, name, $"gets different rules from '{found.Source.Name}' and '{source.Name}', so say here with Member = \"{member.Name}\" which");
                }

                found ??= rule;
            }
        }

        return found;
    }

    // The rule of one accessor goes before the rule of both.
    private static List<MemberRule> On(INamedTypeSymbol source, ISymbol member, IMethodSymbol? accessor)
    {
        var rules = MemberRule.Of(source.OriginalDefinition).Where(rule => Names(rule.Member, member, accessor)).ToList();
        var particular = rules.Where(rule => rule.Member!.Contains('.')).ToList();
        return particular.Count > 0 ? particular : rules;
    }

    private MemberRule One(IReadOnlyList<MemberRule> rules, ISymbol at, string name)
    {
        if (rules.Count > 1)
        {
            findings.Add(Rules.TwoRules, at, rules[1].Attribute, name, "has more than one rule");
        }

        return rules[0];
    }

    private MemberRule? Checked(MemberRule rule, ISymbol at)
    {
        if (rule.IsUnguarded)
        {
            if (string.IsNullOrWhiteSpace(rule.Text))
            {
                findings.Add(Rules.BlankReason, at, rule.Attribute, "[Unguarded]");
            }

            return rule;
        }

        if (!PermissionText.IsWellFormed(rule.Text))
        {
            findings.Add(Rules.MalformedPermission, at, rule.Attribute, rule.Text);
        }

        if (rule.Elevated && rule.Level != AuditLevel.DecisionAndOutcome)
        {
            findings.Add(Rules.ElevatedLevel, at, rule.Attribute, rule.Text);
        }

        if (rule.Deferred is not null && string.IsNullOrWhiteSpace(rule.Deferred))
        {
            findings.Add(Rules.BlankReason, at, rule.Attribute, "Deferred");
        }

        if (at is not INamedTypeSymbol && rule.Member is not null)
        {
            findings.Add(Rules.NoSuchMember, at, rule.Attribute, rule.Member, "belongs to an attribute on the interface, for a member that it inherits");
        }

        return rule;
    }
}
