using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>A portable proof, as the bytes of its file, read and verified with a key that is loaded.</summary>
/// <param name="log">The log's directory.</param>
/// <param name="entries">How many it has.</param>
internal sealed class CheckSubject(string log, long entries) : ISubject
{
    public string Name => ImmutableAuditSubject.DefaultName;

    public bool IsOurs => true;

    public string NotDone => "One proof again and again; it is read from its bytes each time, the key is not.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        var (proof, key) = await ProofAsync(log, entries);
        var (bytes, keys) = (proof.ToBytes(), new[] { key });
        return await TurnLoop.RunAsync(workload, 1, () =>
        {
            if (!AuditProof.Parse(bytes).Verify(keys).Holds)
            {
                throw new InvalidOperationException("The benchmark's own proof does not hold.");
            }
        });
    }

    /// <summary>A proof of the entry in the middle.</summary>
    /// <param name="log">The log's directory.</param>
    /// <param name="entries">How many it has.</param>
    public static async Task<(AuditProof Proof, INoteVerifier Key)> ProofAsync(string log, long entries)
    {
        await using var open = await BenchmarkLog.OpenAsync(log);
        return (await open.ProveAsync(entries / 2), BenchmarkLog.Key(log));
    }
}
