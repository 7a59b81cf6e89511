using System.Diagnostics;

namespace ImmutableAudit.PostgreSql.Tests.Support;

/// <summary>Waits for what will be so, however long it takes on a slow machine.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        for (var started = Stopwatch.GetTimestamp(); !await condition();)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"It never came to it: {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);
}
