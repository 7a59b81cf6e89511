namespace ImmutableAudit.Verification;

/// <summary>How far a verification has come. Reported in order, never going back.</summary>
/// <param name="Entries">Entries hashed, compared and found right so far, from 0 to <paramref name="Size"/>.</param>
/// <param name="Size">Entries of the log.</param>
public readonly record struct VerificationProgress(long Entries, long Size);
