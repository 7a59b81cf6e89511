namespace ImmutableAudit.Privilege;

/// <summary>
/// Rules that an entry which privileges follow from may break, beside those of <see cref="RefusalCode"/>: somebody wrote it around the
/// library, or changed what was before it. It has no effect.
/// </summary>
internal static class BrokenRule
{
    /// <summary>The chain skips or repeats an entry (PRIVILEGE.md P27).</summary>
    public const string BrokenChain = "broken-chain";

    /// <summary>A written state is not the fold of what is before it (PRIVILEGE.md P27).</summary>
    public const string WrongState = "wrong-state";

    /// <summary>A policy replaces another than the one in force, or a newer one (PRIVILEGE.md P15).</summary>
    public const string PolicyOutOfOrder = "policy-out-of-order";

    /// <summary>A policy lacks the grant that its predecessor demands (PRIVILEGE.md P15).</summary>
    public const string PolicyWithoutGrant = "policy-without-grant";

    /// <summary>Something was judged on another state than that in front of it (PRIVILEGE.md P1).</summary>
    public const string WrongBasis = "wrong-basis";

    /// <summary>Says which rule an entry breaks.</summary>
    public static AuditLogCorruptException By(string rule, string message) => new($"{message} Verify the log.") { Rule = rule };
}
