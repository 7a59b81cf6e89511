using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Events;
using ImmutableAudit.Privilege;
using ImmutableAudit.Tests.Log;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.State;

/// <summary>The fold over privilege entries (PRIVILEGE.md P27).</summary>
public sealed class PrivilegeFoldTests : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public void Wherever_the_fold_begins_it_comes_to_the_same_state() =>
        Prop.ForAll(
            Arb.From(Gen.Choose(1, 9)),
            Arb.From(Gen.Choose(0, 3).Zip(Gen.Choose(0, 130_000)).NonEmptyListOf()),
            (interval, steps) =>
            {
                var (entries, live) = WriteAsync(interval, steps).Result;
                var expected = Policies.FoldAll(entries);
                Assert.Equal(Policies.Describe(expected), Policies.Describe(live));

                // At every commit's end: what a host finds there, and what one comes to that was there and goes on.
                var ends = entries.Where(entry => entry.Type is "policy.deployed" or "privilege.state").ToList();
                foreach (var end in ends)
                {
                    var reader = new ListReader(entries);
                    var opened = PrivilegeFold.OpenAsync(reader, end.Index).Result;
                    Assert.Equal(Policies.Describe(Policies.FoldAll(entries.Take((int)end.Index + 1))), Policies.Describe(opened));
                    var bound = interval + (ends.Max(e => PartsOf(e)) + 1) + (4 * (ends.Max(e => PartsOf(e)) + 2));
                    Assert.True(reader.Reads <= bound, $"{reader.Reads} entries were read, more than {bound}, at {end.Index}.");
                    Assert.Equal(Policies.Describe(expected), Policies.Describe(PrivilegeFold.ContinueAsync(opened, reader, expected.Head).Result));
                }
            }).CheckSeeded(cases: 25, endSize: 25);

    [Fact]
    public async Task A_state_too_large_for_one_entry_is_written_in_parts()
    {
        await using var log = await _logs.OpenInMemoryAsync();
        var live = await LivePrivileges.OpenAsync(log.Privileged, interval: 300);
        for (var i = 0; i < 300; i++)
        {
            await PolicyDeployment.DeployAsync(live, Policies.Of($"application-{i:d3}-{new string('n', 110)}", 1));
        }

        var entries = await log.ReadAsync().ToListAsync();
        Assert.Equal(["policy.deployed", "privilege.part", "privilege.state"], entries.TakeLast(3).Select(entry => entry.Type), StringComparer.Ordinal);
        Assert.Equal(0, live.Current.SinceWritten);
        var opened = await PrivilegeFold.OpenAsync(log.Privileged.ReadEntries(), live.Current.Head);
        Assert.Equal(Policies.Describe(live.Current), Policies.Describe(opened));
        Assert.Equal(300, opened.Policies.Count);
    }

    [Fact]
    public async Task A_state_that_cannot_be_written_now_stays_due()
    {
        var fails = false;
        await using var log = await AuditLog.OpenAsync(_logs.Options(new InterceptedSink(new ImmutableAudit.Storage.InMemory.InMemorySink())
        {
            Completing = batch => fails && Encoding.UTF8.GetString(batch.Entries.Span).Contains("privilege.state", StringComparison.Ordinal)
                ? throw new AuditUnavailableException("No space left.") : new((ImmutableAudit.Storage.CommitOutcome?)null),
        }));
        var live = await LivePrivileges.OpenAsync(log.Privileged, interval: 1);
        fails = true;
        Assert.Equal(1, (await PolicyDeployment.DeployAsync(live, Policies.Of("shop", 1))).Version);
        Assert.Equal(1, live.Current.SinceWritten);
        fails = false;
        await live.WriteIfDueAsync();
        await live.WriteIfDueAsync();
        Assert.Equal((0, 2), (live.Current.SinceWritten, log.Size));
    }

    [Fact]
    public async Task Entries_that_this_version_does_not_know_are_an_error()
    {
        var entries = (await WriteAsync(100, [(0, 10), (1, 10)])).Entries;
        foreach (var type in new[] { "grant.requested", "policy.revised", "privilege.moved" })
        {
            await RefusedAsync<PrivilegeStateException>(entries, e => e with { Type = type });
        }

        await RefusedAsync<PrivilegeStateException>(entries, e => e with { Details = null });
        await RefusedAsync<PrivilegeStateException>(entries, e => e with { Type = "grant.requested", Details = AuditDetails.Parse("""{"permissions":[null],"seconds":60}""") });
        await RefusedAsync<PrivilegeStateException>(entries, e => e with { Details = Edited(e, "\"version\":", "\"scope\":1,\"version\":") });
        await RefusedAsync<PrivilegeStateException>(entries, e => e with { Details = Edited(e, "\"version\":", "\"edition\":") });
        await RefusedAsync<PrivilegeStateException>(entries, e => e with { Details = Edited(e, "\"digest\":\"", "\"digest\":null,\"x\":\"") });
        await RefusedAsync<PrivilegeStateException>(entries, e => e, "\"v\":1", "\"v\":2");
    }

    [Fact]
    public async Task Entries_that_contradict_each_other_are_an_error()
    {
        // 0 and 1: version 1, 2 to 4: version 2 in three pieces, 5: the state.
        var entries = (await WriteAsync(5, [(0, 60_000), (0, 110_000)])).Entries;
        Assert.Equal("policy.part policy.deployed policy.part policy.part policy.deployed privilege.state", string.Join(' ', entries.Select(entry => entry.Type)));
        var deployed = entries.Take(5).ToList();

        await RefusedAsync<AuditLogCorruptException>(deployed, e => e, "3}", "2}");                                                    // Skips one.
        await RefusedAsync<AuditLogCorruptException>(deployed, e => e, "3}", "4}");                                                    // Leads to itself.
        await RefusedAsync<AuditLogCorruptException>(deployed, e => e with { Type = "access.allowed", Privilege = null });
        await RefusedAsync<AuditLogCorruptException>(deployed, e => e with { Details = Edited(e, "\"parts\":2", "\"parts\":1") });
        await RefusedAsync<AuditLogCorruptException>(deployed, e => e with { Details = Edited(e, "\"parts\":2", "\"parts\":-1") });
        await RefusedAsync<AuditLogCorruptException>(deployed, e => e with { Details = Edited(e, "\"predecessor\":1", "\"predecessor\":0") });
        await RefusedAsync<AuditLogCorruptException>(deployed, e => e with { Details = Edited(e, "\"version\":2", "\"version\":1") });
        await RefusedAsync<AuditLogCorruptException>(deployed, e => e with { Details = Edited(e, "nothing\\\"]}]}", "nothinG\\\"]}]}") });  // Another document.
        await RefusedAsync<AuditLogCorruptException>(deployed, e => e with { Details = Edited(e, "sha256:", "sha512:") });
        await RefusedAsync<AuditLogCorruptException>([.. deployed.Take(4), Again(deployed[3], 4, 3)], e => e);                         // A part twice.

        // A chain that leads past the state that it is folded onto.
        var behind = await PrivilegeFold.OpenAsync(new ListReader(deployed), 1);
        List<AuditEntry> past = [.. deployed.Take(2), Again(deployed[2], 2, 0), .. deployed.Skip(3)];
        await Assert.ThrowsAsync<AuditLogCorruptException>(() => PrivilegeFold.ContinueAsync(behind, new ListReader(past), 4));

        // What names a policy wrongly is found where the fold begins with it, and by who folds through it.
        foreach (var (from, to) in new[] { ("\\\"index\\\":4", "\\\"index\\\":1"), ("\\\"index\\\":4", "\\\"index\\\":3"), ("\\\"index\\\":4", "\\\"index\\\":9"), ("\\\"version\\\":2", "\\\"version\\\":3") })
        {
            var changed = WithState(entries, text => text.Replace(from.Replace("\\", "", StringComparison.Ordinal), to.Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal));
            await Assert.ThrowsAsync<AuditLogCorruptException>(() => PrivilegeFold.OpenAsync(new ListReader(changed), 5));
            Assert.Throws<AuditLogCorruptException>(() => Policies.FoldAll(changed));
        }

        await Assert.ThrowsAsync<PrivilegeStateException>(() => PrivilegeFold.OpenAsync(new ListReader(WithState(entries, _ => "[]")), 5));
        foreach (var (from, to) in new[] { ("\"policies\":[", "\"policies\":[null,"), ("{\"policies\":", "{\"grants\":[null],\"policies\":") })
        {
            var changed = WithState(entries, text => text.Replace(from, to, StringComparison.Ordinal));
            Assert.NotEqual(entries[^1].Bytes.ToArray(), changed[^1].Bytes.ToArray());
            await Assert.ThrowsAsync<PrivilegeStateException>(() => PrivilegeFold.OpenAsync(new ListReader(changed), 5));
            Assert.Throws<AuditLogCorruptException>(() => Policies.FoldAll(changed));
        }

        Policies.FoldAll(WithState(entries, text => text));
    }

    /// <summary>A log in which, at each step, another version for an application is deployed, between other entries.</summary>
    private async Task<(List<AuditEntry> Entries, PrivilegeState Live)> WriteAsync(int interval, IEnumerable<(int Application, int Length)> steps)
    {
        await using var log = await _logs.OpenInMemoryAsync();
        var live = await LivePrivileges.OpenAsync(log.Privileged, interval);
        var version = 0;
        foreach (var (application, length) in steps)
        {
            if (application == 3)
            {
                await log.AppendAsync(TestLogs.Event(0));
                await log.Privileged.AppendAsync(PrivilegedEntries.Decision());
            }
            else
            {
                await PolicyDeployment.DeployAsync(live, Policies.Of($"application-{application}", ++version, length));
            }
        }

        return (await log.ReadAsync().ToListAsync(), live.Current);
    }

    private static int PartsOf(AuditEntry entry) => entry.Event.Details!.Root.GetProperty("parts").GetInt32();

    /// <summary>The last entry changed: whoever opens the log there must notice.</summary>
    private static async Task RefusedAsync<T>(List<AuditEntry> entries, Func<AuditEvent, AuditEvent> change, string from = "", string to = "")
        where T : Exception
    {
        var last = entries[^1];
        var bytes = EventEncoder.Encode(change(last.Event), Guid.Empty, library: true).ToArray();
        EntryTime.Stamp(bytes, last.Time);
        var text = Encoding.UTF8.GetString(bytes);
        var changed = AuditEntry.Decode(last.Index, Encoding.UTF8.GetBytes(from.Length == 0 ? text : text.Replace(from, to, StringComparison.Ordinal)));
        await Assert.ThrowsAsync<T>(() => PrivilegeFold.OpenAsync(new ListReader([.. entries.SkipLast(1), changed]), changed.Index));
    }

    private static AuditDetails Edited(AuditEvent auditEvent, string from, string to)
    {
        var text = auditEvent.Details!.ToString();
        Assert.Contains(from, text, StringComparison.Ordinal);
        return AuditDetails.Parse(text.Replace(from, to, StringComparison.Ordinal));
    }

    /// <summary>The same entry once more, at another place.</summary>
    private static AuditEntry Again(AuditEntry entry, long index, long prev)
    {
        var bytes = entry.Bytes.ToArray();
        EntryPrev.Stamp(bytes, prev);
        return AuditEntry.Decode(index, bytes);
    }

    /// <summary>The log with another state written down at its end, digest and all.</summary>
    private static List<AuditEntry> WithState(List<AuditEntry> entries, Func<string, string> change)
    {
        var last = entries[^1];
        var text = change(last.Event.Details!.Root.GetProperty("text").GetString()!);
        var details = AuditDetails.From(
            new WrittenStateDetails(DocumentDigest.Of(Encoding.UTF8.GetBytes(text)), 0, text), StateDetailsContext.Default.WrittenStateDetails);
        var bytes = EventEncoder.Encode(last.Event with { Details = details }, Guid.Empty, library: true).ToArray();
        EntryTime.Stamp(bytes, last.Time);
        return [.. entries.SkipLast(1), AuditEntry.Decode(last.Index, bytes)];
    }
}
