using System.Text.Json;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.EndToEnd.Tests.Verifier;

/// <summary>Reports about a log that guards have written: what they write is what reports read.</summary>
public sealed class GuardedLogTests
{
    [Fact]
    public async Task Review_and_evidence_understand_what_guards_write()
    {
        using var log = await SampleLog.OfAsync(0);
        await log.WithGuardsAsync(
            policy => policy.Application("shop").Version(1)
                .Permission("orders.read", auditLevel: AuditLevel.DenialsOnly).Permission("orders.refund").Permission("orders.purge", elevated: true)
                .Role("support", role => role.Allow("orders.read")).Role("lead", role => role.Includes("support").Allow("orders.refund"))
                .Role("security", role => role.ApprovesElevation())
                .Elevation("orders.purge", rule => rule.RequestableBy("lead").ApprovedBy("security", 1).MaxDuration(TimeSpan.FromMinutes(30)).BreakGlass(TimeSpan.FromMinutes(5), "lead"))
                .Assign("alice", "lead").Assign("bob", "support").Assign("sam", "security"),
            async guard =>
            {
                var requests = new AccessRequests(guard);
                long grant;
                using (As("alice"))
                {
                    await (await guard.DemandAsync("orders.refund", new AuditResource { Type = "order", Id = "1" })).DisposeAsync();
                    await Assert.ThrowsAsync<AccessDeniedException>(() => guard.DemandAsync("orders.purge").AsTask());
                    grant = (await requests.RequestAsync(new ElevationRequest { Permissions = ["orders.purge"], Duration = TimeSpan.FromMinutes(10), Reason = "spring" })).Id;
                }

                using (As("sam"))
                {
                    await requests.ApproveAsync(grant);
                }

                using (As("alice"))
                {
                    await requests.ActivateAsync(grant);
                    await (await guard.DemandAsync("orders.purge")).DisposeAsync();
                    await requests.RelinquishAsync(grant);
                    await requests.BreakGlassAsync(new ElevationRequest { Permissions = ["orders.purge"], Duration = TimeSpan.FromMinutes(1), Reason = "fire" });
                }

                using (As("bob"))
                {
                    await (await guard.DemandAsync("orders.read")).DisposeAsync();
                    await (await guard.DemandAsync("orders.read")).DisposeAsync();
                    await Assert.ThrowsAsync<AccessDeniedException>(() => guard.DemandAsync("orders.refund").AsTask());
                }
            });

        Assert.Equal(0, (await Cli.RunAsync("access", log.Directory, "--key", log.Key)).ExitCode);
        var review = (await Cli.RunAsync("review", log.Directory, "--key", log.Key, "--json")).Json;
        var evidence = (await Cli.RunAsync("evidence", log.Directory, "--key", log.Key, "--framework", "iso27001", "--json")).Json;

        var shop = Assert.Single(review.GetProperty("applications").EnumerateArray());
        Assert.True(shop.GetProperty("policy").GetProperty("readable").GetBoolean());
        Assert.Equal("orders.purge 1/1 of 2 denied 1, orders.read 0/0 of 0 denied 0, orders.refund 1/0 of 0 denied 0", Permissions(shop, "alice"));
        Assert.Equal("orders.read 2/0 of 0 denied 0, orders.refund 0/0 of 0 denied 1", Permissions(shop, "bob"));
        Assert.Equal("""[{"permission":"orders.refund","resourceType":"order"}]""", Subject(shop, "alice").GetProperty("smallestRole").GetRawText());
        var grants = review.GetProperty("longestGrants").EnumerateArray().ToList();
        Assert.Contains(grants, grant => grant.TryGetProperty("endedBy", out var end) && end.GetString() == "grant.relinquished" && grant.GetProperty("uses").GetInt32() == 1);
        var glass = Assert.Single(review.GetProperty("breakGlass").EnumerateArray());
        Assert.Equal(("fire", false), (glass.GetProperty("reason").GetString(), glass.GetProperty("reviewed").GetBoolean()));
        Assert.Equal((1, 0), (review.GetProperty("period").GetProperty("runs").GetInt32(), review.GetProperty("period").GetProperty("runsNotClosed").GetInt32()));

        var privileged = evidence.GetProperty("controls").EnumerateArray().Single(control => control.GetProperty("control").GetString() == "8.2");
        Assert.Equal(
            "requests 1, approvals 1, signedApprovals 0, activations 1, underGrant 1, breakGlasses 1, reviews 0, unreviewed 1",
            string.Join(", ", privileged.GetProperty("found").EnumerateArray().Select(found => $"{found.GetProperty("what").GetString()} {found.GetProperty("count").GetInt32()}")));
    }

    private static SubjectScope As(string id) => SubjectScope.Enter(new AuditSubject { Id = id });

    private static JsonElement Subject(JsonElement application, string id) =>
        application.GetProperty("subjects").EnumerateArray().Single(subject => subject.GetProperty("id").GetString() == id);

    private static string Permissions(JsonElement application, string id) => string.Join(", ", Subject(application, id).GetProperty("permissions").EnumerateArray()
        .Select(permission => $"{permission.GetProperty("permission").GetString()} {permission.GetProperty("uses").GetInt32()}/{permission.GetProperty("underGrants").GetInt32()} "
            + $"of {permission.GetProperty("grants").GetInt32()} denied {permission.GetProperty("denied").GetInt32()}"));
}
