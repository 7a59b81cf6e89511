using System.Diagnostics;
using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Benchmarks.Reporting;

namespace ImmutableAudit.Benchmarks.Guards;

/// <summary>
/// Runs the subjects of a scenario in turn, a slice of many calls each, again and again within a round: whatever else the
/// machine does meets all of them within milliseconds. A round's figure is the median of its slices, so a slice during which
/// the thread did not run counts for nothing. Each round has a stage of its own, and begins with another subject.
/// </summary>
/// <param name="root">Where data goes.</param>
/// <param name="rounds">How many rounds.</param>
/// <param name="duration">How long each subject is measured in each.</param>
/// <param name="say">Told what runs.</param>
internal sealed class SliceRunner(string root, int rounds, TimeSpan duration, Action<string> say)
{
    public async Task<ScenarioResult> RunAsync(CallScenario scenario)
    {
        var samples = new List<SubjectResult>();
        for (var round = 0; round < rounds; round++)
        {
            say($"{scenario.Name}, round {round + 1} of {rounds}");
            var stage = await GuardStage.OpenAsync(Path.Combine(root, $"{scenario.Name}-{Environment.ProcessId}-{round}"));
            await using (stage)
            {
                var subjects = scenario.Subjects(stage);
                var measured = await RunAsync(scenario, subjects, round);
                samples = [.. subjects.Select((subject, i) =>
                    new SubjectResult(subject, [.. round == 0 ? [] : samples[i].Samples, measured[i]]))];
            }
        }

        return new ScenarioResult(scenario.Name, scenario.Unit.Name, samples) { IsTime = true };
    }

    private async Task<IReadOnlyList<Sample>> RunAsync(CallScenario scenario, IReadOnlyList<CallSubject> subjects, int round)
    {
        var runs = subjects.Select(subject => new Run(subject, scenario.Slice)).ToList();
        var workload = new Workload(1, duration, root);
        await TakeTurnsAsync(runs, round, subjects.Count * workload.WarmUp);
        runs.ForEach(run => run.Begin());
        await TakeTurnsAsync(runs, round, subjects.Count * workload.Duration);
        var values = runs.ConvertAll(run => run.SecondsEach * scenario.Unit.PerSecond);
        return [.. runs.Select((run, i) => new Sample(values[i])
        {
            OverFirst = i == 0 ? null : values[i] - values[0],
            AllocatedPerEntry = run.AllocatedEach,
        })];
    }

    private static async Task TakeTurnsAsync(List<Run> runs, int first, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        do
        {
            for (var i = 0; i < runs.Count; i++)
            {
                await runs[(first + i) % runs.Count].SliceAsync();
            }
        }
        while (Stopwatch.GetElapsedTime(started) < duration);
    }

    /// <summary>One subject in one round.</summary>
    private sealed class Run(CallSubject subject, TimeSpan slice)
    {
        private readonly List<double> _secondsEach = new(100_000);
        private int _calls = 1;
        private bool _isMeasured;
        private long _allocated;
        private long _called;

        public double SecondsEach => Spread.Of(_secondsEach)!.Value.Median;

        public double AllocatedEach => (double)_allocated / _called;

        /// <summary>Ends the warm-up, in which it was found out how many calls make a slice.</summary>
        public void Begin() => _isMeasured = true;

        public async ValueTask SliceAsync()
        {
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var started = Stopwatch.GetTimestamp();
            await subject.Call(_calls);
            var took = Stopwatch.GetElapsedTime(started);
            if (_isMeasured)
            {
                _allocated += GC.GetTotalAllocatedBytes(precise: true) - allocated;
                _called += _calls;
                _secondsEach.Add(took.TotalSeconds / _calls);
            }
            else if (took < slice)
            {
                _calls = checked(_calls * 2);
            }
        }
    }
}
