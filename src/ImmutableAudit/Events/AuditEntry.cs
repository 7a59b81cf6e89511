using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ImmutableAudit.Events;
using ImmutableAudit.Merkle;

namespace ImmutableAudit;

/// <summary>
/// One entry of a log as readers see it: the exact bytes that are hashed, and the event in them. That the entry stands in
/// the log is for a proof to show, not for this type. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// Texts come from whoever wrote the log: escape them for where they are shown. A value in the reserved form
/// <c>{"enc": …}</c> (P29) is an opaque token: where a text is expected, the token's JSON text stands for it; for a whole
/// actor it is the <see cref="AuditSubject.Id"/>, for a whole resource its <see cref="AuditResource.Type"/>; any other
/// is found in <see cref="UnknownMembers"/>. Only <c>v</c>, <c>time</c>, <c>type</c> and <c>id</c> never take it.
/// </remarks>
public sealed class AuditEntry
{
    /// <summary>Longest entry in bytes: 65,535 (C2SP tlog-tiles).</summary>
    public const int MaxLength = ushort.MaxValue;

    /// <summary>Deepest nesting of an entry's JSON: details and the object around them.</summary>
    internal const int MaxDepth = AuditDetails.MaxDepth + 1;

    private StrongBox<MerkleHash>? _leafHash;

    internal AuditEntry()
    {
    }

    /// <summary>Zero-based position in the log.</summary>
    public required long Index { get; init; }

    /// <summary>The entry, byte for byte.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>RFC 6962 leaf hash of <see cref="Bytes"/>.</summary>
    public MerkleHash LeafHash => (_leafHash ??= new StrongBox<MerkleHash>(TreeHasher.HashLeaf(Bytes.Span))).Value;

    /// <summary>
    /// The member <c>v</c>, 1 or more. Above 1 a newer library wrote it, and members that this one cannot read are in
    /// <see cref="UnknownMembers"/>.
    /// </summary>
    public required int Version { get; init; }

    /// <summary>When the log gave the entry its index, in UTC, to 100 ns; never before that of the entry in front (L9).</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary><c>event</c>, or one of the library's own types.</summary>
    public string Type => Event.Type;

    /// <summary>The entry's own id (L10).</summary>
    public Guid Id => Event.Id.GetValueOrDefault();

    /// <summary>The event.</summary>
    public required AuditEvent Event { get; init; }

    /// <summary>
    /// Members that this version does not know, in their order. A nested one has a path with <c>/</c>, such as
    /// <c>actor/team</c>; <c>/</c> and <c>~</c> inside a name are <c>~1</c> and <c>~0</c> (RFC 6901 section 3). An entry whose
    /// nested ones have paths of more than 262,140 characters together is none that can be read.
    /// </summary>
    public required IReadOnlyDictionary<string, JsonElement> UnknownMembers { get; init; }

    /// <summary>Reads an entry.</summary>
    /// <param name="index">Its position, 0 or more; it is not in the bytes.</param>
    /// <param name="bytes">The entry. Kept, not copied: do not change them.</param>
    /// <exception cref="AuditFormatException">The bytes are no event; the message names the index.</exception>
    public static AuditEntry Decode(long index, ReadOnlyMemory<byte> bytes) => EntryDecoder.Decode(index, bytes);

    /// <summary>Reads an entry; <see langword="false"/> where the bytes are no event.</summary>
    /// <inheritdoc cref="Decode(long, ReadOnlyMemory{byte})"/>
    public static bool TryDecode(long index, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out AuditEntry? entry)
    {
        try
        {
            entry = Decode(index, bytes);
            return true;
        }
        catch (AuditFormatException)
        {
            entry = null;
            return false;
        }
    }
}
