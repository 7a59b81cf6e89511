namespace ImmutableAudit.Tests.Architecture;

/// <summary>
/// One row of the table of who may know whom. A unit is a folder with what lies below it, or one file; a file belongs to
/// the longest unit that it lies in, so a row for a file takes it out of its folder.
/// </summary>
/// <param name="Unit">Below src/ImmutableAudit.</param>
/// <param name="MayKnow">Units, or single files of units. A unit always knows itself.</param>
/// <param name="Reason">Why, for whoever breaks the rule.</param>
internal sealed record LayerRule(string Unit, string[] MayKnow, string Reason);

/// <summary>DESIGN section 3, "who may know whom".</summary>
internal static class LayerRules
{
    /// <summary>Known by everybody: an exception names a failure and carries no behaviour.</summary>
    public const string Everybody = "Exceptions";

    /// <summary>The folder whose subfolders each need a row: one for each concrete sink or reader.</summary>
    public const string Concrete = "Storage";

    private static readonly string[] BelowStorage = ["Merkle", "Checkpoints", "Tiles", "Events"];

    private static readonly string[] UpToStorage = [.. BelowStorage, "Storage"];

    public static IReadOnlyList<LayerRule> All { get; } =
    [
        new(Everybody, [], "Everybody knows the exceptions, so they may pull nothing in."),
        new("Merkle", [], "Pure maths that writer and auditor both stand on; it can be reviewed alone."),
        new("Checkpoints", ["Merkle"], "A tree head is a size and a root; signing it needs neither tiles nor storage."),
        new("Tiles", ["Merkle"], "A tile is hashes at a place; who signs or stores them does not matter."),
        new("Events", ["Merkle"], "An entry is bytes and their leaf hash; who stores or signs it does not matter."),
        new("Storage", BelowStorage, "Contracts and reading of trees; a contract that knew an implementation would be none."),
        new("Storage/LogReader.cs", [.. UpToStorage, "Storage/FileSystem", "Storage/Http"], "The one place that picks a reader for a directory or a URL."),
        new("Storage/FileSystem", UpToStorage, "No sink or reader knows another: each can be replaced or removed alone."),
        new("Storage/InMemory", UpToStorage, "No sink or reader knows another: each can be replaced or removed alone."),
        new("Storage/Http", UpToStorage, "No sink or reader knows another: each can be replaced or removed alone."),
        new("Log", UpToStorage, "The protocol is one for all sinks; it sees contracts only."),
        new("Verification", [.. BelowStorage, "Storage/ILogReader.cs", "Storage/ILocalLog.cs", "Storage/InOrder.cs", "Storage/TreeReader.cs"], "An auditor trusts a small part that shares no code path with the writer beyond the maths."),
        new("Privilege/Attributes", [], "What developers write on interfaces; it carries no behaviour."),
        new("Privilege/Subjects", ["Events"], "Who calls has nothing to do with what anybody may."),
        new("Privilege/Policy", ["Merkle", "Events", "Privilege/Attributes", "Privilege/Subjects", "Privilege/Guards/GuardRule.cs"], "The policy's model: an auditor reads it without the runtime."),
        new("Privilege/Decisions", ["Events", "Privilege/Attributes", "Privilege/Subjects", "Privilege/Policy"], "A pure function: whoever replays a decision needs neither a log nor a clock."),
        new("Privilege/Grants", ["Merkle", "Events", "Privilege/Attributes", "Privilege/Subjects", "Privilege/Policy", "Privilege/Decisions"], "What follows from an act is a pure function: whoever replays it needs neither a log nor a clock."),
        new("Privilege/State", [.. UpToStorage, "Log", "Privilege/Subjects", "Privilege/Policy", "Privilege/Decisions", "Privilege/Grants"], "A fold over the log's entries."),
        new("Privilege/Replay", ["Merkle", "Events", "Privilege/Attributes", "Privilege/Subjects", "Privilege/Policy", "Privilege/Decisions", "Privilege/Grants", "Privilege/State"], "An auditor's: it knows entries, and neither a log nor the runtime."),
        new("Privilege/Guards", [.. UpToStorage, "Log", "Privilege/Attributes", "Privilege/Subjects", "Privilege/Policy", "Privilege/Decisions", "Privilege/Grants", "Privilege/State"], "The runtime: decides on the state, and records."),
        new("Privilege/Requests", [.. UpToStorage, "Log", "Privilege/Attributes", "Privilege/Subjects", "Privilege/Policy", "Privilege/Decisions", "Privilege/Grants", "Privilege/State", "Privilege/Guards"], "What applications ask for, on the runtime."),
        new("DependencyInjection", ["*"], "The composition root puts everything together."),
    ];
}
