using System.Threading.Tasks.Sources;

namespace ImmutableAudit.Log;

/// <summary>
/// A continuation that belongs into its caller's context. The context is entered from the pool: what it does at once, or
/// throws, must not happen on the log's thread (LOG.md L6).
/// </summary>
internal sealed class CallerContext
{
    private readonly Action<object?> _continuation;
    private readonly object? _state;
    private readonly SynchronizationContext? _context;
    private readonly TaskScheduler _scheduler;

    private CallerContext(Action<object?> continuation, object? state, SynchronizationContext? context, TaskScheduler scheduler)
    {
        _continuation = continuation;
        _state = state;
        _context = context;
        _scheduler = scheduler;
    }

    /// <summary>Puts the calling thread's context around a continuation, where it has one and the continuation asks for it.</summary>
    public static void Capture(ref Action<object?> continuation, ref object? state, ref ValueTaskSourceOnCompletedFlags flags)
    {
        // Not HasFlag, which made boxes of what is passed by reference: no append is to allocate.
        if ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) == ValueTaskSourceOnCompletedFlags.None)
        {
            return;
        }

        flags &= ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext;
        var context = SynchronizationContext.Current is { } current && current.GetType() != typeof(SynchronizationContext) ? current : null;
        if (context is not null || TaskScheduler.Current != TaskScheduler.Default)
        {
            state = new CallerContext(continuation, state, context, TaskScheduler.Current);
            continuation = static captured => ((CallerContext)captured!).Enter();
        }
    }

    private void Enter()
    {
        if (_context is not null)
        {
            _context.Post(static captured => ((CallerContext)captured!).Run(), this);
        }
        else
        {
            _ = Task.Factory.StartNew(_continuation, _state, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler);
        }
    }

    private void Run() => _continuation(_state);
}
