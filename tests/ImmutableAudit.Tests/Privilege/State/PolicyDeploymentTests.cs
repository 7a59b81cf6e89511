using ImmutableAudit.Privilege;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Log;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tests.Tampering;

namespace ImmutableAudit.Tests.Privilege.State;

/// <summary>Policies in the log (PRIVILEGE.md P14, P15).</summary>
public sealed class PolicyDeploymentTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(40, 0)]
    [InlineData(72_000, 1)]
    [InlineData(400_000, 8)]
    public async Task A_policy_is_in_the_log_whole_and_then_in_force(int length, int parts)
    {
        await using var log = await _logs.OpenAsync();
        var live = await LivePrivileges.OpenAsync(log.Privileged);
        await log.AppendAsync(TestLogs.Event(0));
        var policy = Policies.Of("shop", 3, length);
        var inForce = await PolicyDeployment.DeployAsync(live, policy);

        Assert.Equal((1 + parts, "shop", 3, policy.Digest), (inForce.Index, inForce.Application, inForce.Version, inForce.Digest));
        Assert.Equal(policy.Document, inForce.Document.ToArray());
        Assert.Same(inForce, live.Current.Policies["shop"]);
        Assert.Equal(inForce.Index, live.Current.Head);
        var entries = await log.ReadAsync(1).ToListAsync();
        Assert.Equal([.. Enumerable.Repeat("policy.part", parts), "policy.deployed"], entries.Select(entry => entry.Type), StringComparer.Ordinal);
        Assert.All(entries, entry => Assert.Equal(log.Privileged.Session, entry.Event.Session));
        Assert.Equal(inForce.Index, PrivilegedEntries.CheckChain(await log.ReadAsync().ToListAsync()));
    }

    [Fact]
    public async Task A_higher_version_replaces_a_lower_one_and_others_change_nothing()
    {
        await using var log = await _logs.OpenInMemoryAsync();
        var live = await LivePrivileges.OpenAsync(log.Privileged);
        var first = await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 3));
        var other = await PolicyDeployment.DeployAsync(live, Policies.Of("bank", 1, 100_000));
        var second = await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 7));
        var size = log.Size;

        Assert.Same(second, await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 7)));
        Assert.Same(second, await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 6, content: "changed")));
        Assert.Same(other, await PolicyDeployment.DeployAsync(live, Policies.Of("bank", 1, 100_000)));
        var conflict = await Assert.ThrowsAsync<PolicyConflictException>(() => PolicyDeployment.DeployAsync(live, Policies.Of("shop", 7, content: "changed")));
        Assert.Contains(second.Digest, conflict.Message, StringComparison.Ordinal);
        Assert.Equal(size, log.Size);

        var details = (await log.ReadAsync(second.Index).SingleAsync()).Event.Details!.Root;
        Assert.Equal(first.Index, details.GetProperty("predecessor").GetInt64());
        Assert.Equal(["bank", "shop"], live.Current.Policies.Keys, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Of_hosts_that_deploy_at_once_all_go_by_the_highest_version()
    {
        var store = new InMemoryStore();
        var logs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _logs.OpenInMemoryAsync(store)));
        var hosts = await Task.WhenAll(logs.Select(log => LivePrivileges.OpenAsync(log.Privileged, interval: 5)));
        await Task.WhenAll(hosts.Select((host, i) => Task.Run(async () =>
        {
            for (var version = 1; version <= 20; version++)
            {
                var inForce = await PolicyDeployment.DeployAsync(host, Policies.Of("shop", (3 * version) + i, 30_000 * (version % 3)));
                Assert.InRange(inForce.Version, (3 * version) + i, 62);
            }
        })));

        var entries = await logs[0].ReadAsync().ToListAsync();
        var head = PrivilegedEntries.CheckChain(entries);
        var expected = Policies.FoldAll(entries);
        Assert.Equal((62, head), (expected.Policies["shop"].Version, expected.Head));
        Assert.Contains(entries, entry => entry.Type == "privilege.state");
        foreach (var (host, log) in hosts.Zip(logs))
        {
            Assert.Equal(Policies.Describe(expected), Policies.Describe(await host.CatchUpAsync(head)));
            await log.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deployment_that_fails_leaves_no_part_of_a_policy(bool unknown)
    {
        var fails = false;
        await using var log = await AuditLog.OpenAsync(_logs.Options(new InterceptedSink(new FileSystemSink(_logs.LogDirectory))
        {
            Completing = _ => !fails ? new((CommitOutcome?)null)
                : throw (unknown ? new IOException("The disk is away.") : new AuditUnavailableException("No space left.")),
        }));
        var live = await LivePrivileges.OpenAsync(log.Privileged);
        var first = await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 1, 100_000));
        fails = true;
        var failure = await Assert.ThrowsAnyAsync<AuditLogException>(() => PolicyDeployment.DeployAsync(live, Policies.Of("shop", 2, 100_000)));
        Assert.Equal(unknown, failure is AuditOutcomeUnknownException);
        fails = false;
        await Waiting.ForAsync(() => log.Privileged.AcceptsAppends, "the log to recover");

        Assert.Same(first, live.Current.Policies["shop"]);
        Assert.Equal(first.Index, (await log.Privileged.ReadHeadAsync()).PrivilegeHead);
        Assert.Equal(first.Index + 1, log.Size);
        Assert.Equal(2, (await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 2, 100_000))).Version);
        Policies.FoldAll(await log.ReadAsync().ToListAsync());
    }

    [Fact]
    public async Task A_policy_that_no_commit_can_hold_is_refused_whole()
    {
        await using var log = await _logs.OpenInMemoryAsync();
        var live = await LivePrivileges.OpenAsync(log.Privileged);
        await Assert.ThrowsAsync<AuditEntryTooLargeException>(() => PolicyDeployment.DeployAsync(live, Policies.Of("shop", 1, IAuditLog.MaxBatchBytes)));
        foreach (var policy in new[] { Policies.Of("", 1), Policies.Of("shop", 0), Policies.Of(new string('x', 201), 1) })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => PolicyDeployment.DeployAsync(live, policy));
        }

        Assert.Equal(0, log.Size);
        Assert.Equal(1, (await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 1, IAuditLog.MaxBatchBytes - 300_000))).Version);
    }

    [Fact]
    public async Task What_is_in_force_is_found_again_when_the_log_is_opened()
    {
        string expected;
        await using (var log = await _logs.OpenAsync())
        {
            var live = await LivePrivileges.OpenAsync(log.Privileged, interval: 4);
            Assert.Same(PrivilegeState.Empty, live.Current);
            for (var version = 1; version <= 6; version++)
            {
                await log.AppendAsync([.. Enumerable.Range(0, 100).Select(i => TestLogs.Event(i))]);
                await PolicyDeployment.DeployAsync(live, Policies.Of(version % 2 == 0 ? "shop" : "bank", version, 60_000));
            }

            expected = Policies.Describe(live.Current);
            Assert.Equal(0, live.Current.SinceWritten); // It was just written down.
        }

        await using var next = await _logs.OpenAsync();
        var again = await LivePrivileges.OpenAsync(next.Privileged);
        Assert.Equal(expected, Policies.Describe(again.Current));
        Assert.Equal(5, again.Current.Policies["bank"].Version);
        Assert.Equal(6, (await PolicyDeployment.DeployAsync(again, Policies.Of("shop", 2))).Version);
    }

    [Theory]
    [InlineData("access.allowed", 200, true)]
    [InlineData("policy.deployed", 200, true)]
    [InlineData("access.allowed", 600, false)] // Too far back to be noticed at opening; a verifier sees it.
    public async Task A_journal_put_back_to_an_older_policy_is_noticed_by_what_was_decided_on_the_newer(string last, int later, bool noticed)
    {
        await using (var log = await _logs.OpenAsync())
        {
            var live = await LivePrivileges.OpenAsync(log.Privileged);
            await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 1));
            await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 2));
            await log.AppendAsync([.. Enumerable.Range(0, 300).Select(i => TestLogs.Event(i))]);
            if (last == "policy.deployed")
            {
                await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 3));
            }

            await log.Privileged.AppendAsync(PrivilegedEntries.Decision(live.Current.Head));
            await log.AppendAsync([.. Enumerable.Range(0, later).Select(i => TestLogs.Event(i))]);
        }

        foreach (var path in Directory.EnumerateFiles(Path.Combine(_logs.LogDirectory, "journal"), "*.journal"))
        {
            DirectoryState.Edit(path, segment => JournalEditing.WithPrivilegeHead(segment, 0));
        }

        await using var next = await _logs.OpenAsync();
        if (noticed)
        {
            await Assert.ThrowsAsync<AuditLogCorruptException>(() => LivePrivileges.OpenAsync(next.Privileged));
        }
        else
        {
            var live = await LivePrivileges.OpenAsync(next.Privileged);
            Assert.Equal(1, live.Current.Policies["shop"].Version);
        }
    }

    [Fact]
    public async Task A_published_policy_that_was_changed_on_disk_is_not_gone_by()
    {
        await using (var log = await _logs.OpenAsync())
        {
            var live = await LivePrivileges.OpenAsync(log.Privileged);
            await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 1));
            await log.AppendAsync([.. Enumerable.Range(0, 300).Select(i => TestLogs.Event(i))]);
        }

        var bundle = Path.Combine(_logs.LogDirectory, "tile", "entries", "000");
        var bytes = await File.ReadAllBytesAsync(bundle);
        bytes[bytes.AsSpan().IndexOf("\"shop\""u8) + 1] = (byte)'S';
        File.Delete(bundle);
        await File.WriteAllBytesAsync(bundle, bytes);
        await using var next = await _logs.OpenAsync();
        await Assert.ThrowsAsync<AuditLogCorruptException>(() => LivePrivileges.OpenAsync(next.Privileged));
    }
}
