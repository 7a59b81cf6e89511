using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>
/// Reads one guarded interface, for the analyzer and for the generator: where anything is wrong there is no guard, so that
/// a suppressed error opens nothing.
/// </summary>
internal sealed class GuardReader
{
    private readonly INamedTypeSymbol _type;
    private readonly Compilation _compilation;
    private readonly Findings _findings;
    private readonly RuleReader _rules;
    private readonly ArgumentReader _arguments;
    private readonly List<GuardedMember> _members = [];

    private GuardReader(INamedTypeSymbol type, Compilation compilation)
    {
        _type = type;
        _compilation = compilation;
        _findings = new(type, compilation);
        _rules = new(type, _findings);
        _arguments = new(compilation, _findings);
    }

    /// <summary>What is wrong with an interface.</summary>
    public static IReadOnlyList<Problem> Problems(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellationToken)
    {
        var reader = new GuardReader(type, compilation);
        reader.Read(cancellationToken);
        return reader._findings.Problems;
    }

    /// <summary>The members to guard; null where anything is wrong.</summary>
    public static IReadOnlyList<GuardedMember>? Members(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellationToken)
    {
        var reader = new GuardReader(type, compilation);
        reader.Read(cancellationToken);
        return reader._findings.AnyError ? null : reader._members;
    }

    /// <summary>Whether an implementation has to or may give this member.</summary>
    public static bool IsImplementable(ISymbol member) =>
        member is { IsStatic: false } and (IMethodSymbol { MethodKind: MethodKind.Ordinary } or IPropertySymbol or IEventSymbol) &&
        (member.IsAbstract || member.IsVirtual);

    private void Read(CancellationToken cancellationToken)
    {
        if (Guardability.Of(_type) is { } reason)
        {
            _findings.Add(Rules.CannotGuard, _type, RecordName.Type(_type), reason);
        }

        ReadRulesOnType();
        foreach (var level in _type.AllInterfaces.Prepend(_type))
        {
            foreach (var member in level.GetMembers())
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadMember(member);
            }
        }
    }

    private void ReadRulesOnType()
    {
        foreach (var rule in MemberRule.Of(_type))
        {
            if (string.IsNullOrWhiteSpace(rule.Member))
            {
                _findings.Add(
                    Rules.NoEffect, _type, rule.Attribute, rule.Name, "on an interface it needs Member = \"…\", an inherited member; for its own members put it on them");
            }
            else if (!_type.AllInterfaces.Where(inherited => !inherited.IsGuarded())
                .SelectMany(inherited => inherited.GetMembers())
                .Any(member => IsImplementable(member) && Accessors(member).Any(accessor => RuleReader.Names(rule.Member, member, accessor))))
            {
                _findings.Add(
                    Rules.NoSuchMember, _type, rule.Attribute, rule.Member!, $"names no member that '{_type.Name}' inherits from an interface without rules of its own");
            }
        }
    }

    private void ReadMember(ISymbol member)
    {
        if (member is not (IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation } or IPropertySymbol or IEventSymbol))
        {
            return;
        }

        if (!IsImplementable(member))
        {
            ReadOther(member);
        }
        else if (Guardability.OfAny(member, _compilation) is { } reason)
        {
            _findings.Add(Rules.CannotGuard, member, RecordName.Of(member, null), reason);
        }
        else
        {
            var calls = Accessors(member).Select(accessor => ReadCall(member, accessor)).ToList();
            if (!member.IsDisposal())
            {
                _members.Add(new(member, calls));
            }
        }
    }

    // What no implementation gives: static, sealed, or the implementation of an inherited member.
    private void ReadOther(ISymbol member)
    {
        if (member is { IsStatic: true, IsAbstract: true })
        {
            _findings.Add(Rules.CannotGuard, member, RecordName.Of(member, null), "it is static abstract, and a guard stands in front of an object; move it to an interface of its own");
            return;
        }

        foreach (var rule in Accessors(member).SelectMany(MemberRule.Of).Concat(MemberRule.Of(member)))
        {
            _findings.Add(
                Rules.NoEffect,
                member,
                rule.Attribute,
                rule.Name,
                member.IsStatic ? "static members do not pass the guard"
                : member.IsSealed || member.DeclaredAccessibility == Accessibility.Private ? "its body runs on the guard, where the members that it calls are checked"
                : "the rule of the member that it implements counts");
        }
    }

    private GuardedCall ReadCall(ISymbol member, IMethodSymbol? accessor)
    {
        var rule = _rules.Find(member, accessor);
        var method = accessor ?? (IMethodSymbol)member;
        if (rule is null)
        {
            return new(method, null, RecordName.Of(member, accessor), null, default);
        }

        var name = RecordName.Of(rule.Source as INamedTypeSymbol ?? member.ContainingType, member, accessor);
        Check(member, method, rule, name);
        var value = method.MethodKind == MethodKind.PropertySet ? member as IPropertySymbol : null;
        var parameters = method.MethodKind == MethodKind.EventAdd ? [] : method.Parameters;
        var (resource, others) = _arguments.Read(member, name, rule, parameters, value);
        return new(method, rule, name, resource, others);
    }

    private void Check(ISymbol member, IMethodSymbol method, MemberRule rule, string name)
    {
        if (rule.IsUnguarded)
        {
            if (Deferral.HandsOut(method, _type, _compilation))
            {
                _findings.Add(Rules.Deferred, member, name, "may hand out the implementation itself, without its guard, and is not even guarded");
            }

            return;
        }

        var at = rule.Source is INamedTypeSymbol ? rule.Source : member;
        if (Guardability.OfGuarded(member, method) is { } reason)
        {
            _findings.Add(Rules.CannotGuard, at, rule.Source is INamedTypeSymbol ? rule.Attribute : null, name, reason);
            return;
        }

        var deferral = method.MethodKind == MethodKind.EventAdd
            ? rule.Elevated ? "goes on raising handlers when the grant has ended" : null
            : Deferral.Of(method, _type, _compilation);
        if (deferral is not null && string.IsNullOrWhiteSpace(rule.Deferred))
        {
            _findings.Add(Rules.Deferred, at, rule.Attribute, name, deferral);
        }

        if (Known.KindOf(method) == CallKind.Synchronous && rule is { IsRecorded: true, Blocking: false })
        {
            _findings.Add(Rules.Blocks, at, rule.Attribute, name);
        }

        if (rule.Elevated && Known.TokenOf(method) is null)
        {
            _findings.Add(Rules.NoToken, at, rule.Attribute, name);
        }
    }

    private static IEnumerable<IMethodSymbol?> Accessors(ISymbol member) => member switch
    {
        IPropertySymbol property => new[] { property.GetMethod, property.SetMethod }.Where(accessor => accessor is not null),
        IEventSymbol @event => [@event.AddMethod],
        _ => [null],
    };
}

/// <summary>A member of a guard.</summary>
/// <param name="Calls">One for a method or event, one for each accessor of a property.</param>
internal sealed record GuardedMember(ISymbol Symbol, IReadOnlyList<GuardedCall> Calls);

/// <summary>A call that is guarded.</summary>
/// <param name="Name">Interface and member, as on record.</param>
internal sealed record GuardedCall(
    IMethodSymbol Method, MemberRule? Rule, string Name, ArgumentModel? Resource, EquatableArray<ArgumentModel> Arguments);
