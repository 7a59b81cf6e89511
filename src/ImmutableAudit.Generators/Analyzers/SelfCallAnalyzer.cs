using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace ImmutableAudit.Generators;

/// <summary>Finds implementations that call their own guarded members: nobody checks such a call.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SelfCallAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.CallsAroundGuard];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterOperationAction(
            static operation =>
            {
                switch (operation.Operation)
                {
                    case IInvocationOperation call:
                        Check(operation, call.Instance, call.TargetMethod, [call.TargetMethod]);
                        break;
                    case IMethodReferenceOperation reference:
                        Check(operation, reference.Instance, reference.Method, [reference.Method]);
                        break;
                    case IPropertyReferenceOperation reference:
                        Check(operation, reference.Instance, reference.Property, Accessors(reference));
                        break;
                    case IEventAssignmentOperation { Adds: true, EventReference: IEventReferenceOperation reference }:
                        Check(operation, reference.Instance, reference.Event, [reference.Event.AddMethod]);
                        break;
                }
            },
            OperationKind.Invocation,
            OperationKind.MethodReference,
            OperationKind.PropertyReference,
            OperationKind.EventAssignment);
    }

    private static void Check(OperationAnalysisContext context, IOperation? instance, ISymbol called, IReadOnlyList<IMethodSymbol?> accessors)
    {
        if (!IsThis(instance) || context.ContainingSymbol.ContainingType is not { } type || IsCalledBy(context.ContainingSymbol, called))
        {
            return;
        }

        foreach (var (guarded, member) in Implemented(type, called, context.ContainingSymbol))
        {
            var rules = new RuleReader(guarded.OriginalDefinition, new(guarded.OriginalDefinition, context.Compilation));
            foreach (var accessor in accessors)
            {
                var own = member is IMethodSymbol ? null : AccessorOf(member, accessor);
                if (member is not IMethodSymbol && own is null)
                {
                    continue;
                }

                if (rules.Find(member.OriginalDefinition, own?.OriginalDefinition) is { IsUnguarded: false } rule)
                {
                    context.ReportDiagnostic(Diagnostic.Create(
                        Rules.CallsAroundGuard, context.Operation.Syntax.GetLocation(), RecordName.Of(member, own), rule.Text, guarded.Name));
                    return;
                }
            }
        }
    }

    private static bool IsThis(IOperation? instance) => instance switch
    {
        IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } => true,
        IConversionOperation conversion => IsThis(conversion.Operand),
        IParenthesizedOperation parenthesized => IsThis(parenthesized.Operand),
        _ => false,
    };

    // It calls itself: it was checked when it was called.
    private static bool IsCalledBy(ISymbol caller, ISymbol called)
    {
        var member = caller is IMethodSymbol { AssociatedSymbol: { } associated } ? associated : caller;
        return SymbolEqualityComparer.Default.Equals(member.OriginalDefinition, called.OriginalDefinition);
    }

    // The guarded members that are called: of an implementation those that the called one implements, of an interface itself.
    private static IEnumerable<(INamedTypeSymbol Guarded, ISymbol Member)> Implemented(INamedTypeSymbol type, ISymbol called, ISymbol caller)
    {
        var isBody = type.IsGuarded() && caller is { IsVirtual: true } or { IsOverride: true };
        var interfaces = type.TypeKind == TypeKind.Interface ? isBody ? type.AllInterfaces.Insert(0, type) : [] : type.AllInterfaces;
        foreach (var guarded in interfaces.Where(inherited => inherited.IsGuarded()))
        {
            foreach (var member in guarded.AllInterfaces.Insert(0, guarded).SelectMany(level => level.GetMembers()).Where(GuardReader.IsImplementable))
            {
                var implementation = called.ContainingType.TypeKind == TypeKind.Interface ? member : type.FindImplementationForInterfaceMember(member);
                if (implementation is not null && SymbolEqualityComparer.Default.Equals(implementation.OriginalDefinition, called.OriginalDefinition))
                {
                    yield return (guarded, member);
                }
            }
        }
    }

    private static IReadOnlyList<IMethodSymbol?> Accessors(IPropertyReferenceOperation reference) => reference.Parent switch
    {
        ISimpleAssignmentOperation assignment when assignment.Target == reference => [reference.Property.SetMethod],
        ICompoundAssignmentOperation assignment when assignment.Target == reference => [reference.Property.GetMethod, reference.Property.SetMethod],
        IIncrementOrDecrementOperation => [reference.Property.GetMethod, reference.Property.SetMethod],
        INameOfOperation => [],
        _ => [reference.Property.GetMethod],
    };

    private static IMethodSymbol? AccessorOf(ISymbol member, IMethodSymbol? accessor) => (member, accessor?.MethodKind) switch
    {
        (IPropertySymbol property, MethodKind.PropertyGet) => property.GetMethod,
        (IPropertySymbol property, MethodKind.PropertySet) => property.SetMethod,
        (IEventSymbol @event, _) => @event.AddMethod,
        _ => null,
    };
}
