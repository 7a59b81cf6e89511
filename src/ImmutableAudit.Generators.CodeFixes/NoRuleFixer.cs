using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ImmutableAudit.Generators;

/// <summary>Puts a rule on a member, or on the interface that inherits it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NoRuleFixer))]
[Shared]
public sealed class NoRuleFixer : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.NoRule.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member)
            {
                continue;
            }

            diagnostic.Properties.TryGetValue(Rules.FixProperty, out var inherited);
            var permission = Permission(member, inherited);
            Register($"Require '{permission}'", "RequirePermission", permission);
            Register("Leave it unguarded", "Unguarded", "Say why anybody may");

            void Register(string title, string attribute, string text) => context.RegisterCodeFix(
                CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(Added(root, member, attribute, text, inherited))), attribute), diagnostic);
        }
    }

    // 'IOrders.RefundAsync' becomes 'orders.refund': a proposal, to be looked at.
    private static string Permission(MemberDeclarationSyntax member, string? inherited)
    {
        var type = member as InterfaceDeclarationSyntax ?? member.FirstAncestorOrSelf<InterfaceDeclarationSyntax>();
        var name = inherited ?? member switch
        {
            MethodDeclarationSyntax method => method.Identifier.ValueText,
            PropertyDeclarationSyntax property => property.Identifier.ValueText,
            EventFieldDeclarationSyntax @event => @event.Declaration.Variables[0].Identifier.ValueText,
            _ => "item",
        };
        var owner = type?.Identifier.ValueText ?? "";
        owner = owner.Length > 1 && owner[0] == 'I' && char.IsUpper(owner[1]) ? owner.Substring(1) : owner;
        name = name.Length > 5 && name.EndsWith("Async", StringComparison.Ordinal) ? name.Substring(0, name.Length - 5) : name;
        var permission = PermissionText.Suggest($"{owner}.{name}");
        return PermissionText.IsWellFormed(permission) ? permission : "resource.verb";
    }

    private static SyntaxNode Added(SyntaxNode root, MemberDeclarationSyntax member, string name, string text, string? inherited)
    {
        var named = inherited is null ? "" : $", Member = {SymbolDisplay.FormatLiteral(inherited, quote: true)}";
        var list = SyntaxFactory.ParseCompilationUnit($"[{name}({SymbolDisplay.FormatLiteral(text, quote: true)}{named})] class C;")
            .DescendantNodes().OfType<AttributeListSyntax>().First().WithTrailingTrivia();
        var leading = member.GetLeadingTrivia();
        var indentation = leading.Count > 0 && leading[leading.Count - 1] is var last && last.IsKind(SyntaxKind.WhitespaceTrivia)
            ? last
            : SyntaxFactory.Whitespace("");
        var end = root.DescendantTrivia().FirstOrDefault(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia));
        end = end.IsKind(SyntaxKind.EndOfLineTrivia) ? end : SyntaxFactory.LineFeed;
        list = list.WithLeadingTrivia(leading).WithTrailingTrivia(end);
        var bare = member.WithLeadingTrivia(indentation);
        return root.ReplaceNode(member, bare.WithAttributeLists(bare.AttributeLists.Insert(0, list)));
    }
}
