namespace ImmutableAudit.Checkpoints;

/// <summary>One signature line of a note: <c>— name base64(key id ‖ signature)</c> (C2SP signed-note). Unverified.</summary>
/// <param name="Name">The signing key's name.</param>
/// <param name="KeyId">The signing key's id.</param>
/// <param name="Signature">What follows the key id, at least one byte; its form depends on the type of key.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Whether name, key id and the signature's bytes are the same.</summary>
    public bool Equals(NoteSignature? other) =>
        other is not null && KeyId == other.KeyId && Name == other.Name && Signature.Span.SequenceEqual(other.Signature.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, KeyId, Signature.Length);
}
