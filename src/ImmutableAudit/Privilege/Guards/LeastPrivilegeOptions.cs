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

        if (DenialsRecordedEach < 1)
        {
            yield return $"DenialsRecordedEach is {DenialsRecordedEach}. Set it to 1 or more: a denial is never unrecorded.";
        }
    }
}
