namespace ImmutableAudit.Verification;

/// <summary>
/// Sees all entries of a log while it is read, in index order and each once, so that whatever is said of the log is of exactly the
/// bytes that were verified, and none of it needs a second pass.
/// </summary>
/// <remarks>
/// <b>While a log is being verified nothing that a visitor has seen is proved yet.</b> An entry comes as soon as its hash is the one
/// that its tile holds; whether the tiles lead to the signed root is known at the end. What was gathered counts only if the result
/// holds, and must not be acted upon, or shown, before.
/// </remarks>
public interface IEntryVisitor
{
    /// <summary>Takes the next entries, those of one bundle.</summary>
    /// <remarks>
    /// Called from one thread at a time, while entries further on are read, hashed and decoded on the others: what takes long here holds
    /// up all of them. An exception ends the pass and reaches whoever started it. Entries may be kept; memory stays bounded only if few are.
    /// </remarks>
    /// <param name="entries">At most 256; the first follows the last of the call before, the very first has the index 0, or is the first that is read (<see cref="LogVerificationOptions.EntriesFrom"/>).</param>
    void Visit(IReadOnlyList<VisitedEntry> entries);
}

/// <summary>An entry as an <see cref="IEntryVisitor"/> meets it.</summary>
/// <param name="Index">Zero-based position in the log.</param>
/// <param name="Bytes">The entry, byte for byte; of its own, not shared with the rest of the bundle.</param>
/// <param name="Entry">
/// The entry decoded, or <see langword="null"/> where it is none that can be read: a log may hold any bytes, and that they are no event is
/// nothing that its signature denies. Who draws conclusions says how many there were.
/// </param>
public readonly record struct VisitedEntry(long Index, ReadOnlyMemory<byte> Bytes, AuditEntry? Entry);
