namespace ImmutableAudit.Verification;

/// <summary>The first thing that is wrong with a log: the lowest entry concerned, and the same at every run.</summary>
public sealed record VerificationFailure
{
    internal VerificationFailure()
    {
    }

    /// <summary>What kind of thing.</summary>
    public required VerificationFailureKind Kind { get; init; }

    /// <summary>What is wrong, where, and what it means: one or more sentences for people.</summary>
    public required string Message { get; init; }

    /// <summary>The entry concerned, where it is one.</summary>
    public long? EntryIndex { get; init; }

    /// <summary>The path, below the log's root, of the tile or entry bundle in which it shows.</summary>
    public string? Path { get; init; }

    /// <summary>What should be there: a hash in base64, a number of bytes or entries, a time.</summary>
    public string? Expected { get; init; }

    /// <summary>What is there instead.</summary>
    public string? Found { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Message;
}
