using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;

namespace ImmutableAudit.Merkle;

/// <summary>
/// A SHA-256 hash of the tree: a leaf hash, a node hash or a root (RFC 6962 section 2.1). Thirty-two bytes, held by value.
/// </summary>
/// <remarks>Hashes of a log are public, so equality is not constant-time.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct MerkleHash : IEquatable<MerkleHash>
{
    /// <summary>Length in bytes: 32.</summary>
    public const int Size = 32;

    /// <summary>Length of <see cref="ToString"/>: 44 characters of base64, padding included.</summary>
    public const int Base64Length = 44;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Takes a hash from its 32 bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 32 bytes long.</exception>
    public MerkleHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"A tree hash has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        }

        this = MemoryMarshal.Read<MerkleHash>(bytes);
    }

    /// <summary>The root of the tree without entries: SHA-256 of nothing (RFC 6962 section 2.1).</summary>
    public static MerkleHash EmptyRoot { get; } = TreeHasher.HashNothing();

    /// <summary>Reads the 44 characters of standard base64 that <see cref="ToString"/> writes; nothing else is accepted.</summary>
    public static bool TryParse(ReadOnlySpan<char> base64, out MerkleHash hash)
    {
        hash = default;
        if (base64.Length != Base64Length || !Ascii.IsValid(base64))
        {
            return false;
        }

        Span<byte> utf8 = stackalloc byte[Base64Length];
        Ascii.FromUtf16(base64, utf8, out _);
        return TryParse(utf8, out hash);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out MerkleHash)"/>
    public static bool TryParse(ReadOnlySpan<byte> base64, out MerkleHash hash)
    {
        hash = default;
        Span<byte> bytes = stackalloc byte[Size + 1];
        if (base64.Length != Base64Length
            || base64.ContainsAny(" \t\r\n"u8)
            || Base64.DecodeFromUtf8(base64, bytes, out _, out var written) != System.Buffers.OperationStatus.Done
            || written != Size)
        {
            return false;
        }

        hash = new MerkleHash(bytes[..Size]);

        // Bits behind the last byte must be zero, or one hash would have several spellings.
        Span<byte> canonical = stackalloc byte[Base64Length];
        hash.WriteBase64(canonical);
        return canonical.SequenceEqual(base64);
    }

    /// <summary>Writes the 32 bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than 32 bytes.</exception>
    public void CopyTo(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    /// <inheritdoc/>
    public bool Equals(MerkleHash other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MerkleHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _a.GetHashCode();

    /// <summary>The hash in standard base64, as checkpoints and proofs spell it.</summary>
    public override string ToString() => Convert.ToBase64String(MemoryMarshal.AsBytes(new ReadOnlySpan<MerkleHash>(in this)));

    /// <summary>Whether two hashes are the same 32 bytes.</summary>
    public static bool operator ==(MerkleHash left, MerkleHash right) => left.Equals(right);

    /// <summary>Whether two hashes differ.</summary>
    public static bool operator !=(MerkleHash left, MerkleHash right) => !left.Equals(right);

    private void WriteBase64(Span<byte> destination) =>
        Base64.EncodeToUtf8(MemoryMarshal.AsBytes(new ReadOnlySpan<MerkleHash>(in this)), destination, out _, out _);
}
