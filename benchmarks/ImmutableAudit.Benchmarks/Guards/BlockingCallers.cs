using ImmutableAudit.Privilege;

namespace ImmutableAudit.Benchmarks.Guards;

/// <summary>Threads that are there already when a slice begins, each in the scope of the subject.</summary>
internal sealed class BlockingCallers : IDisposable
{
    private readonly AccessSubject _subject;
    private readonly Barrier _barrier;
    private readonly List<Thread> _threads;
    private Action? _call;
    private Exception? _failure;
    private int _left;

    public BlockingCallers(int callers, AccessSubject subject)
    {
        _subject = subject;
        _barrier = new Barrier(callers + 1);
        _threads = [.. Enumerable.Range(0, callers).Select(_ => new Thread(Work) { IsBackground = true })];
        _threads.ForEach(thread => thread.Start());
    }

    /// <summary>Makes so many calls, all threads together, and returns when all have ended.</summary>
    public void Run(int calls, Action call)
    {
        (_call, _left) = (call, calls);
        _barrier.SignalAndWait();
        _barrier.SignalAndWait();
        if (_failure is { } failure)
        {
            throw new InvalidOperationException("The benchmark's own call failed.", failure);
        }
    }

    public void Dispose()
    {
        _call = null;
        _barrier.SignalAndWait();
        _threads.ForEach(thread => thread.Join());
        _barrier.Dispose();
    }

    private void Work()
    {
        using var scope = SubjectScope.Enter(_subject);
        while (true)
        {
            _barrier.SignalAndWait();
            if (_call is not { } call)
            {
                return;
            }

            try
            {
                while (Interlocked.Decrement(ref _left) >= 0)
                {
                    call();
                }
            }
            catch (Exception e)
            {
                _failure = e;
            }

            _barrier.SignalAndWait();
        }
    }
}
