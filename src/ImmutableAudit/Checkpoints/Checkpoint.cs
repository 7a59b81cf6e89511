using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Checkpoints;

/// <summary>
/// What a log claims to hold: its name, its size and the root of the tree over its entries (C2SP tlog-checkpoint). As text,
/// which is what is signed:
/// <code>
/// shop.example/audit
/// 2
/// kWkf0XgD+ovvnzCiPGQzyEXOXj0hiOnZAbWZdb3Ysz8=
/// </code>
/// </summary>
/// <remarks>Immutable and thread-safe; equal where the text is.</remarks>
public sealed record Checkpoint
{
    /// <summary>Longest origin, in bytes of UTF-8: 255.</summary>
    public const int MaxOriginLength = NoteKeyName.MaxLength;

    private readonly string _text;

    /// <summary>States a tree head.</summary>
    /// <param name="origin">
    /// The log's name: one line, not empty, no control characters, at most <see cref="MaxOriginLength"/> bytes of UTF-8.
    /// </param>
    /// <param name="size">Number of entries, from 0 to 2^63 − 1.</param>
    /// <param name="root">The tree's root; <see cref="MerkleHash.EmptyRoot"/> where the size is 0.</param>
    /// <param name="extensions">Further lines, opaque and not recommended; none of them empty.</param>
    /// <exception cref="ArgumentException">One of them is not as described.</exception>
    public Checkpoint(string origin, long size, MerkleHash root, IReadOnlyList<string>? extensions = null)
    {
        ArgumentNullException.ThrowIfNull(origin);
        string[] lines = [.. extensions ?? []];
        if (FindFault(origin, size, root, lines) is var (fault, parameter))
        {
            throw new ArgumentException($"The checkpoint {fault}.", parameter);
        }

        Origin = origin;
        Size = size;
        Root = root;
        Extensions = Array.AsReadOnly(lines);
        _text = string.Concat([$"{origin}\n{size}\n{root}\n", .. lines.Select(line => line + "\n")]);
    }

    /// <summary>The log's name, first line of every checkpoint of it.</summary>
    public string Origin { get; }

    /// <summary>Number of entries, from 0 to 2^63 − 1.</summary>
    public long Size { get; }

    /// <summary>The root of the tree over the entries.</summary>
    public MerkleHash Root { get; }

    /// <summary>The lines that follow, usually none. Opaque; some cosignatures do not cover them.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>Reads a checkpoint's text: strictly, exactly as <see cref="ToText"/> writes it.</summary>
    /// <exception cref="AuditFormatException">The bytes are no checkpoint; the message says what is wrong.</exception>
    public static Checkpoint Parse(ReadOnlySpan<byte> text) =>
        Read(text, out var fault) ?? throw new AuditFormatException($"The checkpoint {fault}.");

    /// <summary>Reads a checkpoint's text as <see cref="Parse"/> does; <see langword="false"/> where that throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Checkpoint? checkpoint) =>
        (checkpoint = Read(text, out _)) is not null;

    /// <summary>The exact bytes that are signed: UTF-8, its last byte a newline.</summary>
    public byte[] ToText() => Encoding.UTF8.GetBytes(_text);

    /// <inheritdoc/>
    public bool Equals(Checkpoint? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The text.</summary>
    public override string ToString() => _text;

    /// <summary>What is wrong with an origin, as the end of a sentence, or <see langword="null"/>.</summary>
    internal static string? FindOriginFault(string origin) => NoteText.FindLineFault(origin, MaxOriginLength);

    private static Checkpoint? Read(ReadOnlySpan<byte> text, out string? fault)
    {
        if (text.Length > SignedNote.MaxLength)
        {
            fault = $"is longer than {SignedNote.MaxLength} bytes";
            return null;
        }

        fault = NoteText.FindFault(text);
        if (fault is not null)
        {
            return null;
        }

        fault = "does not have an origin, a size and a root, each on a line of its own";
        if (!NoteText.TryReadLine(ref text, out var originLine)
            || !NoteText.TryReadLine(ref text, out var sizeLine)
            || !NoteText.TryReadLine(ref text, out var rootLine))
        {
            return null;
        }

        fault = "has a size that is not a decimal from 0 to 2^63 - 1 without leading zeros";
        if (!NoteText.TryParseDecimal(sizeLine, out var size))
        {
            return null;
        }

        fault = "has a root that is not 32 bytes in canonical base64";
        if (!MerkleHash.TryParse(rootLine, out var root))
        {
            return null;
        }

        var extensions = new List<string>();
        while (NoteText.TryReadLine(ref text, out var line))
        {
            extensions.Add(Encoding.UTF8.GetString(line));
        }

        fault = "does not end in a newline";
        if (!text.IsEmpty)
        {
            return null;
        }

        var origin = Encoding.UTF8.GetString(originLine);
        fault = FindFault(origin, size, root, extensions)?.Fault;
        return fault is null ? new Checkpoint(origin, size, root, extensions) : null;
    }

    private static (string Fault, string Parameter)? FindFault(
        string origin, long size, MerkleHash root, IReadOnlyList<string> extensions)
    {
        if (FindOriginFault(origin) is { } fault)
        {
            return ($"has an origin that {fault}", nameof(origin));
        }

        if (size < 0)
        {
            return ("has a negative size", nameof(size));
        }

        if (size == 0 && root != MerkleHash.EmptyRoot)
        {
            return ("of size 0 does not have the root of the empty tree", nameof(root));
        }

        // An empty line would end the note's text early for a reader that looks for the first blank line.
        return extensions.All(IsExtension) ? null : ("has an extension line that is empty or not plain text", nameof(extensions));
    }

    private static bool IsExtension(string line) =>
        !string.IsNullOrEmpty(line) && NoteText.IsWellFormed(line) && !line.AsSpan().ContainsAnyInRange('\0', '\x1F');
}
