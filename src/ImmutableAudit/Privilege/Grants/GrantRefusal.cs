namespace ImmutableAudit.Privilege;

/// <summary>Why something about a request or grant is not done. Immutable.</summary>
/// <param name="Code">One of <see cref="RefusalCode"/>.</param>
/// <param name="Text">The same for people: what, and what to do.</param>
internal sealed record GrantRefusal(string Code, string Text)
{
    /// <summary>Code and text, as they go on record.</summary>
    public override string ToString() => $"{Code}: {Text}";
}
