using System.Threading.Tasks.Sources;
using ImmutableAudit.Benchmarks.Measuring;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>
/// Nothing is appended: what measuring itself costs and allocates. One thread lets all producers go on that wait, about a
/// thousand times a second, as a log does that commits what waits together.
/// </summary>
/// <param name="inTurn">Whether instead one thread takes the producers in turn, as for subjects that do one thing at a time.</param>
internal sealed class HarnessSubject(bool inTurn) : ISubject
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    public string Name => inTurn ? "harness-in-turn" : "harness";

    public string NotDone => "Does nothing.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        if (inTurn)
        {
            return await TurnLoop.RunAsync(workload, 1, () => { });
        }

        using var commits = new Commits(workload.Producers);
        return await Producers.RunAsync(workload, commits.Append);
    }

    private sealed class Commits : IDisposable
    {
        private readonly Thread _thread;
        private readonly Lock _gate = new();
        private readonly Stack<Waiter> _idle = new();
        private List<Waiter> _waiting = [];
        private volatile bool _stopping;

        public Commits(int producers)
        {
            for (var i = 0; i < producers; i++)
            {
                _idle.Push(new Waiter(this));
            }

            _thread = new Thread(Run) { IsBackground = true };
            _thread.Start();
        }

        public ValueTask<int> Append()
        {
            lock (_gate)
            {
                var waiter = _idle.Pop();
                _waiting.Add(waiter);
                return waiter.Begin();
            }
        }

        public void Dispose()
        {
            _stopping = true;
            _thread.Join();
        }

        private void Run()
        {
            var taken = new List<Waiter>();
            while (!_stopping)
            {
                lock (_gate)
                {
                    (_waiting, taken) = (taken, _waiting);
                }

                taken.ForEach(waiter => waiter.Complete());
                taken.Clear();
                Thread.Sleep(Pause);
            }
        }

        /// <summary>One append at a time; used again and again, so that it allocates nothing.</summary>
        private sealed class Waiter(Commits commits) : IValueTaskSource<int>
        {
            private ManualResetValueTaskSourceCore<int> _core = new() { RunContinuationsAsynchronously = true };

            public ValueTask<int> Begin() => new(this, _core.Version);

            public void Complete() => _core.SetResult(0);

            public int GetResult(short token)
            {
                var result = _core.GetResult(token);
                _core.Reset();
                lock (commits._gate)
                {
                    commits._idle.Push(this);
                }

                return result;
            }

            public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

            public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
                _core.OnCompleted(continuation, state, token, flags);
        }
    }
}
