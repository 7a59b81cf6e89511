namespace ImmutableAudit.Log;

/// <summary>
/// Asks somebody outside, a signer or an observer, who may take long, or never answer and not listen either. Then the call is left behind on
/// its thread, and counts as failed; the next is not made before it has ended. For one caller at a time.
/// </summary>
internal sealed class OutsideCall(string who, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Who listens to being cancelled needs a moment for it.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private Task? _last;

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="call">What to ask; it may run on after this has thrown.</param>
    /// <param name="abandoned">Ends the waiting at once.</param>
    /// <exception cref="TimeoutException">There is no answer.</exception>
    public T Wait<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken abandoned)
    {
        if (_last is { IsCompleted: false })
        {
            throw new TimeoutException($"{who} has still not answered an earlier call, and is not called again before that.");
        }

        using var limit = new CancellationTokenSource(Longest, time);
        var ending = CancellationTokenSource.CreateLinkedTokenSource(abandoned, limit.Token);
        var answer = ending.Token;
        var running = Task.Factory.StartNew(
            () => call(answer).AsTask(), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap();
        _last = running;
        _ = running.ContinueWith( // Not before: a call that is left behind may look at its token at any time.
            _ => ending.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (!HasEnded(running, answer))
        {
            throw new TimeoutException($"{who} does not answer, and does not give up when told to.");
        }

        try
        {
            return running.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"{who} does not answer.", e);
        }
    }

    private static bool HasEnded(Task running, CancellationToken answer)
    {
        try
        {
            Task.WaitAny([running], answer);
            return true;
        }
        catch (OperationCanceledException)
        {
            return Task.WaitAny([running], Grace) == 0;
        }
    }
}
