using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ImmutableAudit.Generators;

/// <summary>Lambdas and local functions, which have attributes, but are no symbols that an analyzer is told of.</summary>
internal static class Nested
{
    public static readonly OperationKind[] Kinds = [OperationKind.AnonymousFunction, OperationKind.LocalFunction];

    /// <summary>The method of an operation of these kinds.</summary>
    public static IMethodSymbol Function(IOperation operation) =>
        operation is IAnonymousFunctionOperation lambda ? lambda.Symbol : ((ILocalFunctionOperation)operation).Symbol;
}
