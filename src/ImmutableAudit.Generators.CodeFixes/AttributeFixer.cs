using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ImmutableAudit.Generators;

/// <summary>Mends an attribute: adds or takes away an argument, rewrites a permission, or removes it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AttributeFixer))]
[Shared]
public sealed class AttributeFixer : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
    [
        Rules.MalformedPermission.Id,
        Rules.SensitiveOnRecord.Id,
        Rules.Deferred.Id,
        Rules.ElevatedLevel.Id,
        Rules.Blocks.Id,
        Rules.NoEffect.Id,
        Rules.TwoRules.Id,
    ];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<AttributeSyntax>() is { } attribute &&
                Mended(root, attribute, diagnostic.Id) is var (title, mended))
            {
                context.RegisterCodeFix(
                    CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(mended)), title), diagnostic);
            }
        }
    }

    private static (string Title, SyntaxNode Root)? Mended(SyntaxNode root, AttributeSyntax attribute, string id) => id switch
    {
        "IA1002" => WellFormed(attribute) is { } permission ? ($"Write '{permission.Text}'", root.ReplaceNode(permission.Old, permission.New)) : null,
        "IA1006" or "IA1014" or "IA1016" => ($"Remove [{attribute.Name}]", Removed(root, attribute)),
        "IA1007" => ("Say why it is right", root.ReplaceNode(attribute, With(attribute, "Deferred", Text("Say why it is right")))),
        "IA1009" => ("Remove AuditLevel", root.ReplaceNode(attribute, Without(attribute, "AuditLevel"))),
        "IA1010" => ("Set Blocking = true", root.ReplaceNode(attribute, With(attribute, "Blocking", SyntaxFactory.LiteralExpression(SyntaxKind.TrueLiteralExpression)))),
        _ => null,
    };

    private static (string Text, SyntaxNode Old, SyntaxNode New)? WellFormed(AttributeSyntax attribute)
    {
        if (attribute.ArgumentList?.Arguments.FirstOrDefault()?.Expression is not LiteralExpressionSyntax literal)
        {
            return null;
        }

        var text = PermissionText.Suggest(literal.Token.ValueText);
        return PermissionText.IsWellFormed(text) ? (text, literal, Text(text).WithTriviaFrom(literal)) : null;
    }

    private static LiteralExpressionSyntax Text(string text) =>
        SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(text));

    private static AttributeSyntax With(AttributeSyntax attribute, string name, ExpressionSyntax value)
    {
        var without = Without(attribute, name);
        var equals = SyntaxFactory.NameEquals(
            SyntaxFactory.IdentifierName(name),
            SyntaxFactory.Token(SyntaxKind.EqualsToken).WithLeadingTrivia(SyntaxFactory.Space).WithTrailingTrivia(SyntaxFactory.Space));
        return Set(without, [.. Arguments(without), SyntaxFactory.AttributeArgument(equals, null, value)]);
    }

    private static AttributeSyntax Without(AttributeSyntax attribute, string name) =>
        Set(attribute, [.. Arguments(attribute).Where(argument => argument.NameEquals?.Name.Identifier.ValueText != name)]);

    private static SeparatedSyntaxList<AttributeArgumentSyntax> Arguments(AttributeSyntax attribute) => attribute.ArgumentList?.Arguments ?? default;

    private static AttributeSyntax Set(AttributeSyntax attribute, AttributeArgumentSyntax[] arguments)
    {
        var comma = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space);
        var list = SyntaxFactory.SeparatedList(arguments, Enumerable.Repeat(comma, Math.Max(0, arguments.Length - 1)));
        return attribute.WithArgumentList((attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList()).WithArguments(list));
    }

    private static SyntaxNode Removed(SyntaxNode root, AttributeSyntax attribute)
    {
        if (attribute.Parent is not AttributeListSyntax { Attributes.Count: 1, Parent: { } owner } list)
        {
            return root.RemoveNode(attribute, SyntaxRemoveOptions.KeepNoTrivia)!;
        }

        // What stood before the attributes, or behind them, stays.
        if (list.SpanStart == owner.SpanStart)
        {
            return root.ReplaceNode(owner, owner.RemoveNode(list, SyntaxRemoveOptions.KeepNoTrivia)!.WithLeadingTrivia(list.GetLeadingTrivia()));
        }

        return root.ReplaceNode(owner, Moved(owner, list));
    }

    private static SyntaxNode Moved(SyntaxNode owner, AttributeListSyntax list)
    {
        var tracked = owner.TrackNodes(list);
        var before = tracked.GetCurrentNode(list)!.GetFirstToken().GetPreviousToken();
        var moved = tracked.ReplaceToken(before, before.WithTrailingTrivia(list.GetTrailingTrivia()));
        return moved.RemoveNode(moved.GetCurrentNode(list)!, SyntaxRemoveOptions.KeepNoTrivia)!;
    }
}
