using ImmutableAudit.Benchmarks.Measuring;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>Portable proofs of entries anywhere in a log: the entry, its inclusion proof, the checkpoint.</summary>
/// <param name="log">The log's directory.</param>
/// <param name="entries">How many it has.</param>
internal sealed class ProveSubject(string log, long entries) : ISubject
{
    /// <summary>Steps through all indices without pattern: odd, and near the golden section of 2^64.</summary>
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    public string Name => ImmutableAuditSubject.DefaultName;

    public bool IsOurs => true;

    public string NotDone => "One proof after the other, of entries anywhere; files are in the operating system's cache.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        await using var open = await BenchmarkLog.OpenAsync(log);
        var place = 0UL;
        return await Producers.RunAsync(workload, () => open.ProveAsync((long)Math.BigMul(place += Step, (ulong)entries, out _)));
    }
}
