namespace ImmutableAudit.Tests.Support;

/// <summary>Waits for what another thread brings about: never for a time, always with a limit.</summary>
internal static class Waiting
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task ForAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited in vain: {what}");
            await Task.Yield();
        }
    }
}
