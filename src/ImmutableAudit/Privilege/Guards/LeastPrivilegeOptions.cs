namespace ImmutableAudit.Privilege;

/// <summary>What may be set of the least-privilege layer. The defaults are safe.</summary>
public sealed class LeastPrivilegeOptions
{
    /// <summary>
    /// Key of the hashes that stand in the log for <see cref="SensitiveAttribute">sensitive</see> values, 32 bytes or more. Keep it
    /// as you keep the log's signing key. Without, such values leave no trace at all.
    /// </summary>
    public ReadOnlyMemory<byte> SensitiveValueKey { get; set; }

    /// <summary>
    /// Whether an identity provider asserts roles of subjects (<see cref="AssertedRole"/>), so that the policy alone does not say
    /// who holds what; its checks then do not complain of roles and permissions that nobody holds.
    /// </summary>
    public bool RolesFromIdentityProvider { get; set; }

    /// <summary>How often use that is only counted, and equal denials, are recorded as <c>access.summary</c>. One minute; a crash loses at most this much of the counts.</summary>
    public TimeSpan SummaryInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many equal denials are recorded one by one within <see cref="SummaryInterval"/>; further ones are counted. 20.</summary>
    public int DenialsRecordedEach { get; set; } = 20;

    /// <summary>
    /// How far the clock may be behind the log's newest entry before grants count for nothing; 5 seconds. Until then time stands
    /// still at that entry (PRIVILEGE.md P3).
    /// </summary>
    public TimeSpan MaxClockSkew { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Where several processes append to one log: after how long at most this one knows what others have appended, 1 second. Recorded
    /// decisions never depend on it. Use that is only counted (<see cref="AuditLevel.DenialsOnly"/>) may be decided on what was in
    /// force so long ago, and looks first where it has not been possible to look for longer.
    /// </summary>
    public TimeSpan MaxStaleness { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often others' entries are looked for.</summary>
    internal TimeSpan FollowInterval => MaxStaleness / 2;

    /// <summary>What is wrong with these options; nothing where all is right.</summary>
    internal IEnumerable<string> Validate()
    {
        if (SensitiveValueKey.Length is > 0 and < SensitiveValues.MinKeyLength)
        {
            yield return $"SensitiveValueKey has {SensitiveValueKey.Length} bytes. Set it to {SensitiveValues.MinKeyLength} random ones or more.";
        }

        if (SummaryInterval < TimeSpan.FromMilliseconds(100) || SummaryInterval > TimeSpan.FromDays(1))
        {
            yield return $"SummaryInterval is {SummaryInterval}. Set it to something from 0.1 seconds to one day.";
        }

        if (MaxClockSkew < TimeSpan.Zero || MaxClockSkew > TimeSpan.FromHours(1))
        {
            yield return $"MaxClockSkew is {MaxClockSkew}. Set it to something from zero to one hour.";
        }

        if (MaxStaleness < TimeSpan.FromMilliseconds(20) || MaxStaleness > TimeSpan.FromMinutes(10))
        {
            yield return $"MaxStaleness is {MaxStaleness}. Set it to something from 20 milliseconds to ten minutes.";
        }

        if (DenialsRecordedEach < 1)
        {
            yield return $"DenialsRecordedEach is {DenialsRecordedEach}. Set it to 1 or more: a denial is never unrecorded.";
        }
    }
}
