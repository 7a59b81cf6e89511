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
/// <para>Entries about privileges, which the library alone writes, have the members of an <see cref="AuditEvent"/> and behind
/// them, always in this order, those that apply of <c>permission</c>, <c>roles</c>, <c>policy</c>, <c>basis</c>, <c>prev</c>. A
/// decision (the line breaks are not part of it):</para>
/// <code>
/// {"v":1,"time":"2026-11-21T21:16:47.1234567Z","type":"access.allowed","id":"019aa8c5-2c0b-7a3e-9d52-4b1f6f0c7e11",
///  "session":"019aa8c4-9d1e-7c55-b0a2-1f5f0a6c2d10",
///  "actor":{"issuer":"https://jobs.example","id":"refunds","onBehalfOf":{"issuer":"https://login.example","id":"u-1842"}},
///  "action":"IOrders.RefundAsync",
///  "resource":{"type":"order","id":"4711"},
///  "outcome":"allowed",
///  "trace":"4bf92f3577b34da6a3ce929d0e0e4736",
///  "grant":12,
///  "details":{"amount":12.50},
///  "permission":"orders.refund",
///  "roles":[{"role":"refund-job"},{"role":"lead","link":1},{"role":"night-shift","source":"https://login.example","link":1}],
///  "policy":7,
///  "basis":41}
/// </code>
/// <para>And an entry that decisions are based on. <c>prev</c> is always its last member and as wide as the largest index: the
/// log stamps it together with time and index.</para>
/// <code>
/// {"v":1,"time":"2026-11-21T21:16:47.1234567Z","type":"policy.deployed","id":"019aa8c5-2c0b-7a3e-9d52-4b1f6f0c7e11",
///  "actor":{"issuer":"immutableaudit","id":"shop","kind":"process"},"action":"policy.deployed",
///  "details":{"application":"shop","version":3,…},
///  "prev":                 12}
/// </code>
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

    /// <summary>Spares hashing again what was hashed already.</summary>
    internal void KnowLeafHash(in MerkleHash leaf) => _leafHash = new StrongBox<MerkleHash>(leaf);

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

    /// <summary>The permission that a decision was about, or that was asked for; <see langword="null"/> where the entry names none.</summary>
    public string? Permission => Event.Privilege?.Permission;

    /// <summary>The roles that the subject and those it acts for held when it was decided, with who says so; <see langword="null"/> where the entry names none.</summary>
    public IReadOnlyList<AuditRole>? Roles => Event.Privilege?.Roles;

    /// <summary>Index of the <c>policy.deployed</c> entry by which it was decided.</summary>
    public long? Policy => Event.Privilege?.Policy;

    /// <summary>
    /// What a decision is based on: the index of the newest <c>policy.*</c>, <c>grant.*</c> or <c>privilege.*</c> entry before
    /// it, -1 where there was none (PRIVILEGE.md P1).
    /// </summary>
    public long? Basis => Event.Privilege?.Basis;

    /// <summary>
    /// Of a <c>policy.*</c>, <c>grant.*</c> or <c>privilege.*</c> entry the index of the previous one, -1 of the first
    /// (PRIVILEGE.md P27).
    /// </summary>
    public long? Prev => Event.Privilege?.Prev;

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
