using System.Runtime.CompilerServices;

namespace ImmutableAudit.Storage;

/// <summary>Work on numbered items, done in parallel a bounded number ahead, and handed out in order.</summary>
internal static class InOrder
{
    /// <summary>Does the work.</summary>
    /// <param name="count">How many items there are.</param>
    /// <param name="mostInGroup">Items are worked on in groups, so that handing out costs little; of at most so many.</param>
    /// <param name="ahead">How many groups are worked on at the same time.</param>
    /// <param name="work">Does a group: the first item, and how many.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async IAsyncEnumerable<T> RunAsync<T>(
        long count,
        int mostInGroup,
        int ahead,
        Func<long, int, CancellationToken, Task<T>> work,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Of so many for each that all have to do to the end.
        const int GroupsEach = 4;
        var group = (int)Math.Clamp(count / ((long)GroupsEach * ahead), 1, mostInGroup);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var begun = new Queue<Task<T>>();
        try
        {
            for (var next = 0L; next < count || begun.Count > 0;)
            {
                for (; next < count && begun.Count < ahead; next += group)
                {
                    var (first, length) = (next, (int)Math.Min(group, count - next));
                    begun.Enqueue(Task.Run(() => work(first, length, stop.Token), stop.Token));
                }

                yield return await begun.Dequeue().ConfigureAwait(false);
            }
        }
        finally
        {
            // Nothing that was begun ahead outlives the call, whatever ended it.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(begun)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
