namespace ImmutableAudit.Privilege;

/// <summary>One rule broken. Immutable.</summary>
/// <param name="Kind">What kind of rule.</param>
/// <param name="Entries">The entries that show it, in the order of the log; the last of them is where it shows. Empty where no entry is there that should be.</param>
/// <param name="Text">What is wrong, for people. Texts of the log are in it: escape it for where it is shown.</param>
public sealed record AccessViolation(AccessViolationKind Kind, IReadOnlyList<long> Entries, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} ({string.Join(", ", Entries)}): {Text}";
}
