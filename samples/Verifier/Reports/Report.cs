namespace ImmutableAudit.Verifier.Reports;

/// <summary>What a report says, however it is shown. Texts stand here as they are in the log: whoever shows them escapes them.</summary>
/// <param name="Title">What it is.</param>
/// <param name="IsVerified">Whether the log was verified and holds. Otherwise every part of the report says that it was not.</param>
/// <param name="Status">Of which log, and who signed it.</param>
/// <param name="Facts">What belongs to all of it, each with a label.</param>
/// <param name="Sections">Its parts.</param>
internal sealed record Report(
    string Title, bool IsVerified, string Status, IReadOnlyList<(string Label, string Value)> Facts, IReadOnlyList<ReportSection> Sections)
{
    /// <summary>The first word, and what stands on every part where the log was not verified.</summary>
    public string Word { get; init; } = IsVerified ? "verified" : "UNVERIFIED";

    /// <summary>Behind every heading.</summary>
    public string Mark => IsVerified ? "" : $" ({Word})";
}

/// <summary>A part of a report: a table, or a list of sentences where there are no columns.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Note">How to read it.</param>
/// <param name="Columns">The columns' names; none for a list.</param>
/// <param name="Rows">As many texts each as there are columns; empty ones are shown as absent.</param>
internal sealed record ReportSection(string Heading, string? Note, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>What stands for a table without rows.</summary>
    public const string Nothing = "None.";

    /// <summary>A list of sentences.</summary>
    public static ReportSection List(string heading, IEnumerable<string> sentences) =>
        new(heading, null, [], [.. sentences.Select(sentence => (string[])[sentence])]);
}
