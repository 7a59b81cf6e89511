using System.Collections.Immutable;
using ImmutableAudit.Log;

namespace ImmutableAudit.Privilege;

/// <summary>
/// The parts of a document as the fold meets them: entries directly before the one that holds the document's last piece and
/// says how many there are. Immutable.
/// </summary>
/// <param name="Type">Their type.</param>
/// <param name="Of">How many there will be.</param>
/// <param name="Texts">Those that have come.</param>
/// <param name="Last">Index of the newest.</param>
internal sealed record PartedText(string Type, int Of, ImmutableList<string> Texts, long Last)
{
    /// <summary>Adds the next part.</summary>
    /// <exception cref="AuditLogCorruptException">It is not the next.</exception>
    public static PartedText Add(PartedText? parts, AuditEntry entry)
    {
        var part = StateDetails.OfPart(entry);
        parts ??= new PartedText(entry.Type, part.Of, [], entry.Index - 1);
        return parts.Type == entry.Type && parts.Of == part.Of && parts.Texts.Count == part.Part && part.Part < part.Of && parts.Last + 1 == entry.Index
            ? parts with { Texts = parts.Texts.Add(part.Text), Last = entry.Index }
            : throw OutOfPlace(entry.Index);
    }

    /// <summary>Puts the document together.</summary>
    /// <param name="parts">The parts that have come, or <see langword="null"/> where none have.</param>
    /// <param name="type">The type that they must have.</param>
    /// <param name="closing">The entry that follows them.</param>
    /// <param name="count">How many parts that entry says there are.</param>
    /// <param name="last">The last piece.</param>
    /// <param name="digest">The digest of the whole.</param>
    /// <exception cref="AuditLogCorruptException">The parts are not these, or the document is not what the digest names.</exception>
    public static byte[] Join(PartedText? parts, string type, AuditEntry closing, int count, string last, string digest)
    {
        if (parts is null ? count != 0 : parts.Type != type || parts.Of != count || parts.Texts.Count != count || parts.Last + 1 != closing.Index)
        {
            throw OutOfPlace(closing.Index);
        }

        var document = DocumentPieces.ToDocument(parts is null ? last : string.Concat(parts.Texts.Add(last)));
        return DocumentDigest.Of(document) == digest
            ? document
            : throw new AuditLogCorruptException($"The document of entry {closing.Index} is not the one that its digest names. Verify the log.");
    }

    /// <summary>Reads the parts in front of an entry.</summary>
    public static async ValueTask<PartedText?> ReadAsync(IEntryReader reader, long closing, int count, CancellationToken cancellationToken)
    {
        if (count < 0 || count > closing)
        {
            throw OutOfPlace(closing);
        }

        PartedText? parts = null;
        for (var index = closing - count; index < closing; index++)
        {
            parts = Add(parts, await reader.ReadAsync(index, cancellationToken).ConfigureAwait(false));
        }

        return parts;
    }

    /// <summary>Parts are one commit with the entry that they belong to (LOG.md L7): nothing else can stand there.</summary>
    private static AuditLogCorruptException OutOfPlace(long index) =>
        new($"Entry {index} does not belong to the parts of a document before it, or is not complete. Verify the log.");
}
