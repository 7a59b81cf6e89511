namespace ImmutableAudit.Privilege;

/// <summary>What becomes of the requests and grants when something is done about one, or why it may not be done. Immutable.</summary>
internal sealed class GrantVerdict
{
    private GrantVerdict()
    {
    }

    /// <summary>Why it may not be done; <see langword="null"/> where it may.</summary>
    public GrantRefusal? Refusal { get; private init; }

    /// <summary>The requests and grants afterwards.</summary>
    public GrantBook Book { get; private init; } = GrantBook.Empty;

    /// <summary>The verdict is the same at every time from here on …</summary>
    public DateTimeOffset From { get; private init; } = DateTimeOffset.MinValue;

    /// <summary>… and before this, as long as nothing else is entered.</summary>
    public DateTimeOffset Until { get; private init; } = DateTimeOffset.MaxValue;

    /// <summary>Permits it. What was judged at a moment says nothing of an earlier one, at which something else may not have been over.</summary>
    public static GrantVerdict Permit(GrantBook book, DateTimeOffset from, DateTimeOffset? until = null) =>
        new() { Book = book, From = from, Until = until ?? DateTimeOffset.MaxValue };

    public static implicit operator GrantVerdict(GrantRefusal refusal) => new() { Refusal = refusal };
}
