namespace ImmutableAudit.Verifier;

/// <summary>What the process answers. Scripts build on these; they never change.</summary>
internal static class ExitCode
{
    /// <summary>What was asked holds.</summary>
    public const int Holds = 0;

    /// <summary>Verification failed: something is wrong with the log or the proof.</summary>
    public const int Failed = 1;

    /// <summary>It could not be found out: wrong arguments, unreadable, not a log, nothing to check, cancelled.</summary>
    public const int Unchecked = 2;
}
