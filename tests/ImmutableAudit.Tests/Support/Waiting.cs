namespace ImmutableAudit.Tests.Support;

/// <summary>Waits for what another thread brings about: never for a time, always with a limit.</summary>
internal static class Waiting
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Waits until a log takes no more entries because it is corrupt; how it says so.</summary>
    public static async Task<AuditUnavailableException> ForCorruptionAsync(IAuditLog log)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            Assert.False(limit.IsCancellationRequested, "Waited in vain: the log's refusal");
            var refusal = await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.AppendAsync(TestLogs.Event(0)));
            if (refusal.InnerException is AuditLogCorruptException)
            {
                return refusal;
            }

            await Task.Yield();
        }
    }

    public static Task ForAsync(Func<bool> condition, string what) => ForAsync(() => Task.FromResult(condition()), what);

    public static async Task ForAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited in vain: {what}");
            await Task.Yield();
        }
    }
}
