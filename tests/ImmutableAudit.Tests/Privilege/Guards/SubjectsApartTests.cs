using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>Who calls is who called, whatever runs besides (PRIVILEGE.md P11).</summary>
public sealed class SubjectsApartTests
{
    private static readonly Action<AccessPolicyBuilder> Everybody = policy =>
    {
        policy.Application("shop").Version(1)
            .Role("clerk", role => role.Allow(Permissions.Read, Permissions.Refund, Permissions.Count, Permissions.List));
        for (var i = 0; i < 32; i++)
        {
            policy.Assign($"user-{i}", "clerk");
        }
    };

    [Fact]
    public async Task Requests_side_by_side_have_their_own_subject_each()
    {
        await using var shop = await GuardedShop.OpenAsync(Everybody);
        shop.Inner.During = async _ =>
        {
            var before = SubjectScope.Current;
            await Task.Yield();
            Assert.Same(before, SubjectScope.Current);
        };
        await Task.WhenAll(Enumerable.Range(0, 32).Select(number => Task.Run(async () =>
        {
            for (var i = 0; i < 8; i++)
            {
                var id = $"user-{number}";
                using (GuardedShop.As(id))
                {
                    await shop.Orders.RefundAsync(id, 1, "c");
                    await shop.Orders.ReadAsync(id);
                    Assert.Equal(id, SubjectScope.Current!.Identity.Id);
                    using (GuardedShop.As("stranger"))
                    {
                        await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("stranger", i, "c"));
                        await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.ReadAsync("stranger"));
                    }

                    Assert.Equal(id, SubjectScope.Current!.Identity.Id);
                }

                Assert.Null(SubjectScope.Current);
            }
        })));

        await shop.Guard.DisposeAsync();
        var entries = await shop.SettledAsync();
        Assert.Equal(32 * 8, entries.Count(entry => entry.Type == "access.allowed"));
        Assert.All(
            entries.Where(entry => entry.Event.Resource is not null), entry => Assert.Equal(entry.Event.Resource!.Id, entry.Event.Actor.Id));
        Assert.Equal(
            Enumerable.Repeat(8L, 32),
            entries.Where(entry => entry is { Type: "access.summary", Permission: Permissions.Read, Event.Outcome: "allowed" })
                .Select(entry => entry.Event.Details!.Root.GetProperty("count").GetInt64()));
    }

    [Fact]
    public async Task Work_that_outlives_its_request_is_nobodys()
    {
        await using var shop = await GuardedShop.OpenAsync(Everybody);
        var requestIsOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var late = new List<Task>();
        for (var i = 0; i < 32; i++)
        {
            using (GuardedShop.As($"user-{i}"))
            {
                await shop.Orders.ReadAsync("o");
                late.Add(Task.Run(LateAsync));
            }
        }

        requestIsOver.SetResult();
        using (GuardedShop.As("user-0"))
        {
            await Task.WhenAll(late);
            await shop.Orders.RefundAsync("o", 1, "c");
        }

        Assert.Equal(33, shop.Inner.Calls);
        await shop.Guard.DisposeAsync();
        Assert.All(
            (await shop.SettledAsync()).Where(entry => entry.Event.Outcome == "denied"), entry => Assert.Equal("nobody", entry.Event.Actor.Id));

        async Task LateAsync()
        {
            await requestIsOver.Task;
            Assert.Null(SubjectScope.Current);
            await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.ReadAsync("o"));
            await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("o", 1, "c"));
            Assert.Throws<AccessDeniedException>(() => shop.Orders.Count());
        }
    }

    [Fact]
    public async Task Many_blocking_calls_at_once_get_through()
    {
        await using var shop = await GuardedShop.OpenAsync(Everybody);
        using (GuardedShop.As("user-1"))
        {
            // More than there are threads for: if one needed another to go on, they would stand still.
            await Task.WhenAll(Enumerable.Range(0, 128).Select(number =>
                number % 2 == 0 ? Task.Run(() => shop.Orders.Count()) : Task.Run(() => shop.Orders.RefundAsync("o", 1, "c")))).WaitAsync(Support.Waiting.Limit);
        }

        var entries = await shop.SettledAsync();
        Assert.Equal(128, shop.Inner.Calls);
        Assert.Equal(128, entries.Count(entry => entry.Type == "access.allowed"));
        Assert.Equal(128, entries.Count(entry => entry.Type == "access.outcome"));
    }
}
