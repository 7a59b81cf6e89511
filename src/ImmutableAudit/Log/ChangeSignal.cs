namespace ImmutableAudit.Log;

/// <summary>Wakes everybody who waits for the next change. Take <see cref="Next"/> before looking, so that no change is missed. Thread-safe.</summary>
internal sealed class ChangeSignal
{
    /// <summary><see langword="null"/> as long as nobody waits, so that a signal costs nothing then.</summary>
    private TaskCompletionSource? _next;

    /// <summary>Completes at the next <see cref="Signal"/>.</summary>
    public Task Next
    {
        get
        {
            if (Volatile.Read(ref _next) is { } waited)
            {
                return waited.Task;
            }

            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _next, next, null) ?? next).Task;
        }
    }

    public void Signal() => Interlocked.Exchange(ref _next, null)?.TrySetResult();
}
