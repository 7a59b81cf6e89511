using ImmutableAudit.Interop.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Interop.Tests;

/// <summary>An independent client reads what we write: entries, tiles, root, proofs, at sizes around the borders of tiles.</summary>
[Collection(GoClientTests.Name)]
public sealed class AgreementTests(GoClient client, ITestOutputHelper output)
{
    /// <summary>A size, as what each run of the writer's process adds.</summary>
    public static TheoryData<int[]> Runs => new()
    {
        { [0, 0] },
        { [0, 1, 0] },
        { [1, 100, 154] },
        { [200, 55, 1] },
        { [255, 1, 1] },
        { [1, 300, 64_000, 1_235, 1, 4_463] },
    };

    [GoTheory]
    [MemberData(nameof(Runs))]
    public async Task A_log_grown_in_several_runs_of_the_process_holds_for_another_client(int[] runs)
    {
        using var log = new WrittenLog();
        foreach (var count in runs)
        {
            await log.AppendAsync(count);
        }

        var size = runs.Sum();
        long[] proved = [.. new[] { 0, size / 2, size - 1 }.Where(index => index >= 0 && index < size).Distinct()];
        var proofs = await log.ProveAsync(proved);

        string[] arguments =
        [
            "-key", log.KeyFile, .. log.Kept.SelectMany(file => new[] { "-since", file }),
            .. proofs.SelectMany(file => new[] { "-proof", file }), log.Path,
        ];
        var said = await client.AcceptsAsync(output, arguments);

        Assert.Contains(said, line => line.StartsWith($"ok   checkpoint: origin test.example/log, size {size}, ", StringComparison.Ordinal));
        Assert.Contains($"ok   entries: {size}, all hashed", said, StringComparer.Ordinal);
        Assert.Contains(said, line => line.StartsWith("ok   files: ", StringComparison.Ordinal)
            && line.EndsWith(" agree, 0 beyond the checkpoint, 0 others", StringComparison.Ordinal));
        Assert.Equal(runs.Length, said.Count(line => line.StartsWith("ok   since ", StringComparison.Ordinal)));
        Assert.Equal(proved.Length, said.Count(line => line.StartsWith("ok   proof ", StringComparison.Ordinal)));
    }

    [GoFact]
    public async Task A_log_holds_for_another_client_at_every_moment_of_its_growth()
    {
        using var log = new WrittenLog();
        await log.AppendAsync(0);
        await using (var open = await log.OpenAsync())
        {
            // Published sizes on both sides of each border; between two of them, what is there is a reader's view.
            foreach (var size in new[] { 1, 2, 255, 256, 257, 511, 512, 513, 770 })
            {
                await open.AppendAsync([.. Enumerable.Range(0, size - (int)open.Size).Select(Event)]);
                await open.FlushAsync();
                await client.AcceptsAsync(output, "-key", log.KeyFile, "-since", log.Kept[0], log.Path);
            }
        }
    }

    private static AuditEvent Event(int number) => new()
    {
        Actor = new AuditSubject { Id = "Zoë \u2028 <é>" },
        Action = "test.append",
        Reason = new string('x', number * 37 % 3000),
    };
}
