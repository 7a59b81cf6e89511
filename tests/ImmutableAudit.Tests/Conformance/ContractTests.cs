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
        ["The three reads that everything an auditor does stands on: a published log as C2SP tlog-tiles describes it."] = "A definition.",
        ["A directory, an http(s) URL and every sink provide them."] = "A definition.",
        ["How completing a commit ended."] = "A definition.",
        ["What a sink found when it was made ready for writing."] = "A definition.",
        ["What a sink is told when a log takes hold of it."] = "A definition.",
        ["The log's name."] = "A definition.",
        ["The clock, for sinks that have none of their own."] = "Tried with the time of a commit.",
        ["Thread-safe."] = "Tried with the reads from many threads.",
        ["To a sink entries are bytes."] = "Tried with entries of 0, 1 and 65,535 bytes.",
        ["The leaf hash of each entry (RFC 6962 section 2.1), computed when first asked for."] = "The library's own.",
        ["There are fewer entries than Count."] = "The library's own.",
        ["The same goes for the hashes, for which one thread at a time may ask."] = "Tried with whole logs.",
        ["A host in production refuses a sink that says no."] = "What hosts do.",
        ["Used by one thread at a time."] = "What callers keep to.",
        ["The sink is not used again before RecoverAsync has found out."] = "What callers keep to.",
        ["Those of a log are events (AuditEvent) of which none is earlier than the one in front, and a sink may hold what it recovers against that."] = "What callers keep to.",
        ["Whether what was committed before is durable is not known any more."] = "It takes a flush that fails behind a commit, in a way of its own.",
        ["The sink is not used again before RecoverAsync has found out; opening a commit fails the same way."] = "It takes a flush that fails behind a commit, in a way of its own.",
        ["Ends the wait."] = "Nothing more than what is said of cancellation.",
        ["A reader authenticates nothing: it hands out bytes, and whoever asked checks them against a signed checkpoint."] = "What a reader need not do.",
        ["It does check lengths, so that a hostile source cannot make the caller hold more than the format allows."] = "It takes a store that was tampered with, in a way of its own.",
        ["Bytes of commits that had not reached the disk whole and were dropped, not yet on the record; 0 where none (LOG.md L3)."] = "How much a crash leaves of a commit is each store's own.",
        ["What this sink has acknowledged itself it holds against what it finds: nobody else knows what that was."] = "It takes a store that was tampered with, in a way of its own.",
        ["It is not the one that was committed."] = "It takes a store that was tampered with, in a way of its own.",
        ["What is published is neither what was, nor what was to be."] = "It takes a store that was tampered with, in a way of its own.",
        ["Whose signatures the log accepts."] = "A definition.",
        ["A shared sink goes on from another writer's checkpoint only where one of these has signed it; empty where nobody says."] = "It takes a store that was tampered with, in a way of its own.",
        ["Reads the time that an entry carries."] = "A definition.",
        ["The entry's bytes."] = "A definition.",
        ["The time, in UTC."] = "A definition.",
        ["false where there is none: it is no entry of a log."] = "A definition.",
        ["How to read an entry's time; null where entries are any bytes."] = "A definition.",
        ["A sink that others can write to past this library integrates only entries with a time, none earlier than the one in front, or later than the head's: no verifier accepts any other."] = "It takes a store that somebody else has written to, in a way of its own.",
        ["Where a sink reports what it repaired or could not clean up."] = "What is worth reporting is each store's own.",
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
        Assert.All(without, sentence => Assert.True(WithoutCase.ContainsKey(sentence), sentence));
        Assert.All(WithoutCase.Keys, sentence => Assert.Contains(sentence, without, StringComparer.Ordinal));
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

    [GeneratedRegex("</?(?:summary|remarks|para|returns|param|exception)(?: [^>]*)?>", RegexOptions.None, 10_000)]
    private static partial Regex Element();

    [GeneratedRegex("<b>[^<]*\\.</b>", RegexOptions.None, 10_000)]
    private static partial Regex Heading();

    [GeneratedRegex("<(?:see (?:cref|langword)|paramref name)=\"(?<name>[^\"]*)\"/>", RegexOptions.None, 10_000)]
    private static partial Regex Reference();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 10_000)]
    private static partial Regex Tag();

    [GeneratedRegex("\\s+", RegexOptions.None, 10_000)]
    private static partial Regex Space();

    [GeneratedRegex("(?<=\\.) (?=[A-Z])", RegexOptions.None, 10_000)]
    private static partial Regex SentenceEnd();
}
