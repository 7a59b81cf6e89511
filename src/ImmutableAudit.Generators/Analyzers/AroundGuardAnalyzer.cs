using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace ImmutableAudit.Generators;

/// <summary>Finds ways around a guard: registrations, injections, look-ups (PRIVILEGE.md P12).</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AroundGuardAnalyzer : DiagnosticAnalyzer
{
    private const string Extensions = "Microsoft.Extensions.DependencyInjection";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.RegisteredAround, Rules.InjectedAround];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterOperationAction(static operation => CheckCall(operation, (IInvocationOperation)operation.Operation), OperationKind.Invocation);
        context.RegisterOperationAction(static operation => CheckCreation(operation, (IObjectCreationOperation)operation.Operation), OperationKind.ObjectCreation);
        context.RegisterSymbolAction(static symbol => CheckConstructor(symbol, (IMethodSymbol)symbol.Symbol), SymbolKind.Method);
    }

    private static void CheckCall(OperationAnalysisContext context, IInvocationOperation call)
    {
        var method = call.TargetMethod;
        if (!method.ContainingNamespace.ToDisplayString().StartsWith("Microsoft.Extensions", StringComparison.Ordinal))
        {
            return;
        }

        if (IsRegistration(method))
        {
            Report(context, call, method.Name, method.TypeArguments.Concat(TypesIn(call.Arguments)));
        }
        else if (IsLookUp(method) &&
            method.TypeArguments.Concat(TypesIn(call.Arguments)).FirstOrDefault(type => type.TypeKind == TypeKind.Class && Guarded(type) is not null) is { } type)
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.InjectedAround, call.Syntax.GetLocation(), type.Name, Guarded(type)!.Name, "asking the container for"));
        }
    }

    private static void CheckCreation(OperationAnalysisContext context, IObjectCreationOperation creation)
    {
        if (creation.Type is { } type && type.IsNamed(Extensions, "ServiceDescriptor"))
        {
            Report(context, creation, "new ServiceDescriptor", TypesIn(creation.Arguments));
        }
    }

    private static void Report(OperationAnalysisContext context, IOperation operation, string how, IEnumerable<ITypeSymbol> types)
    {
        if (types.LastOrDefault(type => Guarded(type) is not null) is { } type)
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Rules.RegisteredAround, operation.Syntax.GetLocation(), how, type.Name, Guarded(type)!.Name));
        }
    }

    // A decorator or a part of an implementation is behind the guard itself.
    private static void CheckConstructor(SymbolAnalysisContext context, IMethodSymbol constructor)
    {
        if (constructor is not { MethodKind: MethodKind.Constructor, DeclaredAccessibility: not Accessibility.Private, IsImplicitlyDeclared: false })
        {
            return;
        }

        foreach (var parameter in constructor.Parameters)
        {
            if (parameter.Type.TypeKind == TypeKind.Class && Guarded(parameter.Type) is { } guarded && !IsBehind(constructor.ContainingType, guarded))
            {
                context.ReportDiagnostic(Diagnostic.Create(
                    Rules.InjectedAround, parameter.Locations[0], parameter.Type.Name, guarded.Name, "taking"));
            }
        }
    }

    private static bool IsBehind(INamedTypeSymbol? type, INamedTypeSymbol guarded) =>
        type is not null &&
        (type.AllInterfaces.Any(inherited => SymbolEqualityComparer.Default.Equals(inherited.OriginalDefinition, guarded.OriginalDefinition)) ||
        IsBehind(type.ContainingType, guarded));

    private static bool IsRegistration(IMethodSymbol method)
    {
        if (method.ContainingType.IsNamed(Extensions, "ServiceDescriptor"))
        {
            return true;
        }

        var definition = method.ReducedFrom ?? method;
        return definition.Parameters.Length > 0 &&
            definition.Parameters[0].Type.IsNamed(Extensions, "IServiceCollection") &&
            (method.Name.StartsWith("Add", StringComparison.Ordinal) || method.Name.StartsWith("TryAdd", StringComparison.Ordinal)) &&
            !method.Name.StartsWith("AddGuarded", StringComparison.Ordinal);
    }

    private static bool IsLookUp(IMethodSymbol method) =>
        method.Name is "GetService" or "GetRequiredService" or "GetServices" or "GetKeyedService" or "GetRequiredKeyedService" or "GetKeyedServices"
            or "GetServiceOrCreateInstance" or "CreateInstance";

    private static IEnumerable<ITypeSymbol> TypesIn(IEnumerable<IArgumentOperation> arguments) =>
        arguments.Select(argument => Unconverted(argument.Value)).OfType<ITypeOfOperation>().Select(operation => operation.TypeOperand);

    private static IOperation Unconverted(IOperation operation) =>
        operation is IConversionOperation conversion ? Unconverted(conversion.Operand) : operation;

    private static INamedTypeSymbol? Guarded(ITypeSymbol type) => type switch
    {
        INamedTypeSymbol named when named.IsGuarded() => named,
        INamedTypeSymbol { TypeKind: TypeKind.Class } named => named.OriginalDefinition.AllInterfaces.FirstOrDefault(inherited => inherited.IsGuarded()),
        _ => null,
    };
}
