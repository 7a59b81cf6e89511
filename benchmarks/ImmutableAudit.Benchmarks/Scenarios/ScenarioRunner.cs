using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Benchmarks.Reporting;
using ImmutableAudit.Benchmarks.Subjects;

namespace ImmutableAudit.Benchmarks.Scenarios;

/// <summary>
/// Runs the subjects of a scenario in turn, round after round, so that whatever else the machine does meets all of them.
/// Each round begins with another one.
/// </summary>
/// <param name="root">Where data goes.</param>
/// <param name="rounds">How often each subject runs.</param>
/// <param name="duration">How long each run measures.</param>
/// <param name="say">Told what runs.</param>
internal sealed class ScenarioRunner(string root, int rounds, TimeSpan duration, Action<string> say) : IDisposable
{
    private readonly List<DirectoryInfo> _directories = [];

    /// <summary>
    /// Removes what the runs wrote. Not before the end: some file systems take long to create files for minutes after many
    /// were deleted (ext4 without a journal does not use an inode again at once), which would be held against the next subject.
    /// </summary>
    public void Dispose() => _directories.ForEach(directory => directory.Delete(recursive: true));

    public async Task<ScenarioResult> RunAsync(Scenario scenario)
    {
        var able = scenario.Subjects.Where(subject => subject.Obstacle is null).ToList();
        var samples = scenario.Subjects.ToDictionary(subject => subject, _ => new List<Sample>());
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < able.Count; i++)
            {
                var subject = able[(round + i) % able.Count];
                say($"{scenario.Name}, round {round + 1} of {rounds}: {subject.Name}");
                samples[subject].Add(await RunAsync(scenario, subject));
            }
        }

        return new ScenarioResult(scenario.Name, scenario.Unit, [.. scenario.Subjects.Select(subject => new SubjectResult(subject, samples[subject]))]);
    }

    private async Task<Sample> RunAsync(Scenario scenario, ISubject subject)
    {
        var directory = Directory.CreateDirectory(Path.Combine(root, $"{scenario.Name}-{subject.Name}-{Environment.ProcessId}-{_directories.Count}"));
        _directories.Add(directory);
        return await subject.RunAsync(new Workload(scenario.Producers, scenario.LongerBy * duration, directory.FullName));
    }
}
