namespace ImmutableAudit.Checkpoints;

/// <summary>A signed note (C2SP signed-note).</summary>
public sealed class SignedNote
{
    /// <summary>Longest note that is read, in bytes.</summary>
    public const int MaxLength = 256 * 1024;
}
