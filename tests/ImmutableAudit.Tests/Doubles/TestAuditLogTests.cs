using ImmutableAudit.Privilege;
using ImmutableAudit.Testing;
using ImmutableAudit.Tests.Privilege.Guards;
using ImmutableAudit.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImmutableAudit.Tests.Doubles;

/// <summary>What an application's own tests use: it reads as those would.</summary>
public sealed class TestAuditLogTests
{
    [Fact]
    public async Task What_is_appended_is_found()
    {
        await using var audit = await TestAuditLog.OpenAsync();
        audit.AssertNothingRecorded();
        await audit.AppendAsync(new AuditEvent
        {
            Actor = new AuditSubject { Id = "alice" },
            Action = "orders.export",
            Resource = new AuditResource { Type = "order", Id = "4711" },
            Outcome = "success",
        });
        await audit.PostAsync(TestLogs.Event(2)); // Nobody has waited for it.

        Assert.Equal(0, audit.AssertRecorded("orders.export").Index);
        audit.AssertRecorded("orders.export", actor: "alice", resource: "4711", outcome: "success");
        audit.AssertRecorded(entry => entry.Event.Resource?.Id == "2");
        Assert.Equal([0, 1], audit.Entries.Select(entry => entry.Index));
        audit.AssertVerifies();
    }

    [Fact]
    public async Task What_fails_lists_what_is_in_the_log()
    {
        await using var audit = await TestAuditLog.OpenAsync();
        Assert.EndsWith("The log holds 0 entries.", Failed(() => audit.AssertRecorded("orders.export")), StringComparison.Ordinal);
        await audit.AppendAsync(new AuditEvent
        {
            Actor = new AuditSubject { Id = "alice\n   1  access.allowed  orders.purge  alice" },
            Action = "orders.export",
            Resource = new AuditResource { Type = "order", Id = "4711" },
            Outcome = "failure",
            Reason = "no paper",
        });
        foreach (var (assertion, expected) in new (Action, string)[]
        {
            (() => audit.AssertRecorded("orders.delete"), "No 'orders.delete' is on record."),
            (() => audit.AssertRecorded("orders.export", actor: "bob"), "No 'orders.export' of 'bob' is on record."),
            (() => audit.AssertRecorded("orders.export", resource: "4712"), "No 'orders.export' about '4712' is on record."),
            (() => audit.AssertRecorded("orders.export", outcome: "success"), "No 'orders.export' with outcome 'success' is on record."),
            (() => audit.AssertRecorded(entry => entry.Index == 7, "eighth entry"), "No eighth entry is on record."),
            (() => audit.AssertAllowed("orders.export"), "No permission of 'orders.export' is on record."),
            (() => audit.AssertDenied("orders.export", "bob", "4711", DenialCode.Elevated), "No denial of 'orders.export' of 'bob' about '4711' for the reason 'elevated' is on record."),
            (audit.AssertNothingRecorded, "Nothing was to be recorded."),
        })
        {
            var message = Failed(assertion);
            Assert.StartsWith($"{expected} The log holds 1 entries:", message, StringComparison.Ordinal);
            Assert.Contains("0  event  orders.export  alice\uFFFD   1  access.allowed  orders.purge  alice order/4711  failure  (no paper)", message, StringComparison.Ordinal);
            Assert.Equal(2, message.Split('\n').Length);
        }
    }

    [Fact]
    public async Task Guards_in_a_container_record_into_it()
    {
        await using var audit = await TestAuditLog.OpenAsync();
        using var host = Build(audit);
        await host.StartAsync();
        audit.AssertNothingRecorded(); // But the run and the policy are on record.
        Assert.Contains(audit.Entries, entry => entry.Type == "policy.deployed");

        var orders = host.Services.GetRequiredService<IOrders>();
        using (GuardedShop.As("alice"))
        {
            await orders.RefundAsync("4711", 12.5m, "card");
            await Assert.ThrowsAsync<AccessDeniedException>(() => orders.PurgeAsync(default));
        }

        using (GuardedShop.As("mallory"))
        {
            await Assert.ThrowsAsync<AccessDeniedException>(() => orders.RefundAsync("4712", 1m, "card"));
        }

        var decision = audit.AssertAllowed("orders.refund", subject: "alice", resource: "4711");
        Assert.Equal(decision.Index, audit.AssertRecorded(entry => entry.Type == "access.outcome", "outcome").Event.Ref?.Index);
        audit.AssertDenied("orders.refund", subject: "mallory", resource: "4712", code: DenialCode.NotGranted);
        audit.AssertDenied("orders.purge");
        Assert.Throws<AuditAssertionException>(() => audit.AssertAllowed("orders.refund", subject: "mallory"));
        Assert.Throws<AuditAssertionException>(() => audit.AssertDenied("orders.refund", subject: "mallory", code: DenialCode.Elevated));
        Assert.Throws<AuditAssertionException>(() => audit.AssertDenied("orders.refund", subject: "alice"));
        Assert.Throws<AuditAssertionException>(audit.AssertNothingRecorded);
        audit.AssertVerifies();
    }

    [Fact]
    public async Task A_host_that_is_gone_has_left_its_entries()
    {
        await using var audit = await TestAuditLog.OpenAsync();
        for (var runs = 0; runs < 2; runs++)
        {
            using var host = Build(audit);
            await host.StartAsync();
            using (GuardedShop.As("alice"))
            {
                await host.Services.GetRequiredService<IOrders>().NoteAsync("hello");
            }

            await host.StopAsync();
        }

        audit.AssertAllowed("orders.note", subject: "alice");
        Assert.Equal(2, audit.Entries.Count(entry => entry.Type == "log.closed"));
        audit.AssertVerifies();
    }

    [Fact]
    public async Task Time_is_the_clocks()
    {
        await using var audit = await TestAuditLog.OpenAsync();
        var first = await audit.AppendAsync(TestLogs.Event(0));
        audit.Clock.Advance(TimeSpan.FromHours(3));
        var second = await audit.AppendAsync(TestLogs.Event(1));
        Assert.Equal(TimeSpan.FromHours(3), second.Time - first.Time);
        audit.Clock.Set(audit.Clock.GetUtcNow().AddDays(1));
        await Assert.ThrowsAsync<AuditClockException>(async () => await audit.AppendAsync(TestLogs.Event(2)));
    }

    [Fact]
    public async Task Its_storage_can_fail()
    {
        FaultySink? sink = null;
        await using var audit = await TestAuditLog.OpenAsync(configure: options => options.Sink = sink = new FaultySink(options.Sink!));
        sink!.Fail(SinkOperation.Complete, tookEffect: true);
        await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await audit.AppendAsync(TestLogs.Event(7)));
        audit.AssertRecorded("test.append", resource: "7");
    }

    private static IHost Build(TestAuditLog audit)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddImmutableAudit(audit.Configure);
        builder.Services.AddLeastPrivilege(GuardedShop.Policy);
        builder.Services.AddGuarded<IOrders, Orders>(ServiceLifetime.Singleton);
        return builder.Build();
    }

    private static string Failed(Action assertion) => Assert.Throws<AuditAssertionException>(assertion).Message;
}
