using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>What is wrong with a guarded interface.</summary>
/// <param name="IsElsewhere">It is told where it is, at an inherited interface; here it only keeps the guard from being written.</param>
/// <param name="Fix">What the code fix needs to know.</param>
internal sealed record Problem(DiagnosticDescriptor Rule, Location Location, object[] Arguments, bool IsElsewhere, string? Fix)
{
    public bool IsError => Rule.DefaultSeverity == DiagnosticSeverity.Error;
}
