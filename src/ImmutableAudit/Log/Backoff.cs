namespace ImmutableAudit.Log;

/// <summary>Growing pauses between attempts: doubled, up to half a minute.</summary>
internal static class Backoff
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static TimeSpan Next(TimeSpan pause) => pause * 2 < Longest ? pause * 2 : Longest;
}
