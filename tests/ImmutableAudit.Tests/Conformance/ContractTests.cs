using System.Text.RegularExpressions;
using ImmutableAudit.Testing;
using ImmutableAudit.Tests.Architecture;

namespace ImmutableAudit.Tests.Conformance;

/// <summary>The suite and the contract say the same: every quotation is one, and no sentence is without a case or a reason why it has none.</summary>
public sealed partial class ContractTests
{
    private static readonly string[] Types = ["IAuditSink", "IAuditCommit", "ILogReader", "CommitBatch", "CommitOutcome", "SinkRecovery", "SinkContext"];

    /// <summary>Sentences that say nothing that a sink could break, or what nobody can see from outside.</summary>
    private static readonly Dictionary<string, string> WithoutCase = new(StringComparer.Ordinal)
    {
        ["Where a log is stored."] = "A definition.",
        ["A host in production refuses a sink that says no."] = "About hosts.",
        ["The checkpoint range"] = "",
    };

    [Fact]
    public void Each_case_quotes_the_contract_word_for_word()
    {
        foreach (var conformance in SinkConformance.Cases)
        {
            var blocks = Blocks(conformance.Contract.Split('.')[0]);
            Assert.True(
                blocks.Any(block => block.Contains(conformance.Sentence, StringComparison.Ordinal)),
                $"'{conformance.Name}' quotes {conformance.Contract}: \"{conformance.Sentence}\", which is not there.");
        }
    }

    [Fact]
    public void Names_are_told_apart() =>
        Assert.Equal(SinkConformance.Cases.Count, SinkConformance.Cases.Select(conformance => conformance.Name).Distinct(StringComparer.Ordinal).Count());

    [Fact]
    public void Each_sentence_of_the_contract_has_a_case_or_a_reason_for_none()
    {
        var quoted = SinkConformance.Cases.Select(conformance => conformance.Sentence).ToList();
        var without = Types.SelectMany(Blocks).SelectMany(Sentences)
            .Where(sentence => !quoted.Exists(quote => quote.Contains(sentence, StringComparison.Ordinal) || sentence.Contains(quote, StringComparison.Ordinal)))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        Assert.Equal(WithoutCase.Keys.Order(StringComparer.Ordinal), without.Order(StringComparer.Ordinal));
        Assert.All(WithoutCase.Values, reason => Assert.NotEmpty(reason));
    }

    /// <summary>The texts of a type's doc comments, as they read.</summary>
    private static List<string> Blocks(string type)
    {
        var comments = string.Join('\n', File.ReadLines(Path.Combine(SourceTree.Root, "Storage", type + ".cs"))
            .Select(line => line.Trim())
            .Select(line => line.StartsWith("///", StringComparison.Ordinal) ? line[3..].Trim() : "\u0000"));
        return [.. Element().Split(comments)
            .SelectMany(block => block.Split('\u0000'))
            .Select(block => Heading().Replace(block, ""))
            .Select(block => Reference().Replace(block, match => match.Groups["name"].Value.Split('.')[^1]))
            .Select(block => Tag().Replace(block, ""))
            .Select(block => Space().Replace(block, " ").Trim())
            .Where(block => block.Length > 0)];
    }

    private static IEnumerable<string> Sentences(string block) => SentenceEnd().Split(block).Select(sentence => sentence.Trim()).Where(sentence => sentence.Length > 0);

    [GeneratedRegex("</?(?:summary|remarks|para|returns|param|exception)(?: [^>]*)?>")]
    private static partial Regex Element();

    [GeneratedRegex("<b>[^<]*\\.</b>")]
    private static partial Regex Heading();

    [GeneratedRegex("<(?:see (?:cref|langword)|paramref name)=\"(?<name>[^\"]*)\"/>")]
    private static partial Regex Reference();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("\\s+")]
    private static partial Regex Space();

    [GeneratedRegex("(?<=\\.) (?=[A-Z])")]
    private static partial Regex SentenceEnd();
}
