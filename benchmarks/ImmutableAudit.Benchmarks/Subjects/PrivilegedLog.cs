using ImmutableAudit.Benchmarks.Guards;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>A log with many entries about privileges, alone or among others: grants that live, and policies that were not taken.</summary>
internal static class PrivilegedLog
{
    /// <summary>Grants that live when it is opened.</summary>
    public const int Grants = 1_000;

    private const int Batch = 1_000;

    /// <summary>Says the policy as the log has it.</summary>
    public static void Policy(AccessPolicyBuilder policy, int version = 1) => GrantedShop.Apply(policy, Grants, version);

    /// <summary>Makes it where it is not there.</summary>
    /// <param name="root">Where.</param>
    /// <param name="privileged">Entries about privileges.</param>
    /// <param name="others">Other entries among them.</param>
    public static async Task<string> PrepareAsync(string root, long privileged, long others)
    {
        var directory = Path.Combine(root, $"privileged-{privileged}-{others}");
        if (Directory.Exists(directory))
        {
            return directory;
        }

        await using var log = await BenchmarkLog.OpenAsync(directory);
        await using (var guard = await AccessGuard.OpenAsync(log, [GuardStage.Catalogue()], policy => Policy(policy)))
        {
            await GrantedShop.TakeAsync(guard, 0, Grants);
        }

        var filler = Enumerable.Repeat(BenchmarkEntry.Encoded, (int)(others * Batch / Math.Max(privileged, 1))).ToArray();
        for (var written = (long)Grants; written < privileged; written += Batch)
        {
            // All of a batch are next to each other: none of them can name a basis.
            await log.Privileged.AppendAsync([.. Enumerable.Range(0, Batch).Select(_ => StateEntries.Reject("benchmark", "measuring", log.Privileged.Session))]);
            if (filler.Length > 0)
            {
                await log.AppendAsync(filler);
            }
        }

        // The state is written down when the next act about privileges finds it due.
        await using (var guard = await AccessGuard.OpenAsync(log, [GuardStage.Catalogue()], policy => Policy(policy, version: 2)))
        {
        }

        return directory;
    }
}
