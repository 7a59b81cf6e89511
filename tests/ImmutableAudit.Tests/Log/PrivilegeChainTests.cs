using FsCheck.Fluent;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Log;

/// <summary>Each entry that decisions are based on names the one before it (PRIVILEGE.md P27), and heads lead to the newest (P1).</summary>
public sealed class PrivilegeChainTests : IDisposable
{
    private static readonly string[] Types =
        ["event", "access.allowed", "log.clock", "policy.part", "policy.deployed", "grant.requested", "grant.revoked", "privilege.state"];

    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public void Whatever_is_appended_how_the_chain_skips_nothing() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, Types.Length - 1).NonEmptyListOf().ListOf()), appends =>
        {
            // Each list is one call: some of them wait for each other, most of them share commits.
            using var log = _logs.OpenInMemoryAsync().Result;
            var calls = appends.Select((call, i) => AppendAsync(log, [.. call.Select(type => Types[type])], i)).ToArray();
            Task.WhenAll(calls).Wait(Waiting.Limit);

            var entries = log.ReadAsync().ToBlockingEnumerable().ToList();
            Assert.Equal(appends.Sum(call => call.Count), entries.Count);
            Assert.Equal(PrivilegedEntries.CheckChain(entries), log.Privileged.PrivilegeHead);
            Assert.Equal(log.Privileged.PrivilegeHead, log.Privileged.ReadHeadAsync().AsTask().Result.PrivilegeHead);
        }).CheckSeeded(cases: 60);

    [Fact]
    public async Task Writers_that_share_a_store_make_one_chain()
    {
        var store = new InMemoryStore();
        var logs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _logs.OpenInMemoryAsync(store)));
        await Task.WhenAll(logs.SelectMany((log, writer) => Enumerable.Range(0, 3).Select(producer => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                await AppendAsync(log, [.. Enumerable.Range(0, 1 + (i % 3)).Select(j => Types[(writer + producer + i + j) % Types.Length])], i);
            }
        }))));

        var head = PrivilegedEntries.CheckChain(await logs[0].ReadAsync().ToListAsync());
        foreach (var log in logs)
        {
            // Each learns of the others' when it looks.
            Assert.Equal(head, (await log.Privileged.ReadHeadAsync()).PrivilegeHead);
            Assert.Equal(head, log.Privileged.PrivilegeHead);
        }

        await logs[0].FlushAsync();
        var result = await new LogVerifier(logs[0].Published, new LogVerificationOptions { Keys = [_logs.Key] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        foreach (var log in logs)
        {
            await log.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_log_that_is_opened_again_goes_on_with_the_chain(bool killed)
    {
        long head;
        var open = await _logs.OpenAsync(options => options.CheckpointInterval = TimeSpan.FromDays(1));
        await AppendAsync(open, ["policy.part", "policy.deployed"], 0);
        await open.FlushAsync();
        await AppendAsync(open, ["event", "grant.requested", "event"], 0);
        await AppendAsync(open, ["access.allowed"], 0);
        var path = _logs.LogDirectory;
        if (killed)
        {
            // What a killed process leaves: everything flushed, the last commits in the journal alone.
            path = Path.Combine(_logs.Root, "killed");
            CopyDirectory(_logs.LogDirectory, path);
        }

        await open.DisposeAsync();
        await using (var log = await AuditLog.OpenAsync(_logs.Options(new FileSystemSink(path))))
        {
            Assert.Equal(3, log.Privileged.PrivilegeHead);
            await AppendAsync(log, ["event", "grant.approved"], 0);
            await log.FlushAsync();
            head = PrivilegedEntries.CheckChain(await log.ReadAsync().ToListAsync());
            Assert.Equal(7, head);
        }

        // And once the journal holds none of them.
        await using var again = await AuditLog.OpenAsync(_logs.Options(new FileSystemSink(path)));
        Assert.Equal(head, again.Privileged.PrivilegeHead);
        await AppendAsync(again, ["policy.deployed"], 0);
        Assert.Equal(8, PrivilegedEntries.CheckChain(await again.ReadAsync().ToListAsync()));
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_the_chain_as_it_was()
    {
        var fails = false;
        await using var log = await AuditLog.OpenAsync(_logs.Options(new InterceptedSink(new InMemorySink())
        {
            Completing = _ => fails ? throw new IOException("The disk is away.") : new((CommitOutcome?)null),
        }));
        await AppendAsync(log, ["policy.deployed"], 0);
        fails = true;
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(() => AppendAsync(log, ["policy.part", "policy.deployed"], 0));
        fails = false;
        await Waiting.ForAsync(() => log.Privileged.AcceptsAppends, "the log to recover");
        Assert.Equal(0, log.Privileged.PrivilegeHead);
        await AppendAsync(log, ["event", "grant.requested"], 0);
        Assert.Equal(2, PrivilegedEntries.CheckChain(await log.ReadAsync().ToListAsync()));
    }

    [Fact]
    public async Task A_condition_sees_the_head_and_the_time_that_the_entry_gets()
    {
        await using var log = await _logs.OpenInMemoryAsync();
        await AppendAsync(log, ["policy.deployed", "event"], 0);
        var seen = new List<(LogHead Head, DateTimeOffset Time)>();
        bool Look(LogHead head, DateTimeOffset time)
        {
            seen.Add((head, time));
            return head.PrivilegeHead == 0;
        }

        var first = await log.Privileged.AppendAsync([PrivilegedEntries.Of("grant.requested"), PrivilegedEntries.Of("grant.approved")], Look);
        var second = await log.Privileged.AppendAsync(PrivilegedEntries.Of("grant.activated"), Look);
        Assert.Equal((true, false), (first.Holds, second.Holds));
        Assert.Equal(first.Receipts![0].Time, seen[0].Time);
        Assert.Equal([(2, 0), (4, 3)], seen.Select(look => (look.Head.Size, look.Head.PrivilegeHead)));
        Assert.Equal(3, second.Head.PrivilegeHead);
        Assert.Equal(4, log.Size);
    }

    private static async Task AppendAsync(AuditLog log, string[] types, int way)
    {
        if (types is ["event"])
        {
            await log.AppendAsync(TestLogs.Event(0));
        }
        else if (types.Length == 1 && way % 2 == 0)
        {
            Assert.True((await log.Privileged.AppendAsync(PrivilegedEntries.Of(types[0]), way % 3 == 0 ? (_, _) => true : null)).Holds);
        }
        else
        {
            var result = await log.Privileged.AppendAsync(Array.ConvertAll(types, type => PrivilegedEntries.Of(type)));
            Assert.Equal(types.Length, result.Receipts?.Length ?? 1);
        }
    }

    private static void CopyDirectory(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = File.Create(target);
            source.CopyTo(copy);
        }
    }
}
