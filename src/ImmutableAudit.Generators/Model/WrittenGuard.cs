using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace ImmutableAudit.Generators;

/// <summary>What became of one guarded interface: a guard, or a failure.</summary>
/// <param name="Text">What is written of the guard.</param>
internal sealed record WrittenGuard(GuardModel? Model, string Text, GuardFailure? Failure);

/// <summary>That the generator itself failed at an interface, which has no guard then.</summary>
internal sealed record GuardFailure(string Interface, string Reason, string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static GuardFailure Of(INamedTypeSymbol type, Exception exception)
    {
        var place = type.Locations[0].GetLineSpan();
        return new(RecordName.Type(type), exception.Message, place.Path, type.Locations[0].SourceSpan, place.Span);
    }

    public Diagnostic ToDiagnostic() =>
        Diagnostic.Create(Rules.CannotGuard, Location.Create(Path, Span, Lines), Interface, $"the generator fails at it ({Reason})");
}
