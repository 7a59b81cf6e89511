using ImmutableAudit.Privilege;
using ImmutableAudit.Zoo;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>Guards of members of many shapes, at work.</summary>
public sealed class ZooRunTests
{
    [Fact]
    public async Task Properties_indexers_and_events_are_guarded_each_by_its_own()
    {
        var inner = new State();
        await using var zoo = await Zoo.OpenAsync(typeof(IState), "state.read", "state.watch");
        var state = zoo.Guard.Guard<IState>(inner);
        using (GuardedShop.As("keeper"))
        {
            Assert.Equal(3, state.Limit);
            Assert.Equal(0, state.Level);
            Assert.Throws<AccessDeniedException>(() => state.Level = 5);
            Assert.Throws<AccessDeniedException>(() => state.Note = "n");
            Assert.Throws<AccessDeniedException>(() => state[1] = "x");
            Assert.Equal("1", state[1]);
            Assert.Equal(["IState.Limit.get", "IState.Level.get", "IState.Item.get"], inner.Touched, StringComparer.Ordinal);
        }

        Assert.Throws<AccessDeniedException>(() => state.Limit);
        Assert.Throws<AccessDeniedException>(() => state.Changed += (_, _) => { });
        Assert.Equal("title", state.Title);
        Assert.Equal(0, inner.Handlers);
        var actions = (await zoo.EntriesAsync()).Where(entry => entry.Type == "access.denied").Select(entry => entry.Event.Action).ToList();
        Assert.Contains("IState.Level.set", actions, StringComparer.Ordinal);
        Assert.Equal(5, actions.Count);
    }

    [Fact]
    public async Task Events_are_raised_by_the_guard_and_anybody_may_unsubscribe()
    {
        var inner = new State();
        await using var zoo = await Zoo.OpenAsync(typeof(IState), "state.watch");
        var state = zoo.Guard.Guard<IState>(inner);
        var senders = new List<object?>();
        var texts = new List<string>();
        EventHandler changed = (from, _) => senders.Add(from);
        EventHandler<NewsEventArgs> news = (from, e) =>
        {
            senders.Add(from);
            texts.Add(e.Text);
        };
        Action<int> ticked = number => texts.Add($"{number}");
        Said said = (from, text) =>
        {
            senders.Add(from);
            texts.Add(text);
        };
        Passed passed = (in int from, ref int to) => to = from + 1;
        using (GuardedShop.As("keeper"))
        {
            state.Changed += changed;
            state.News += news;
            state.Said += said;
            state.Passed += passed;
        }

        state.Ticked += ticked;
        Assert.Equal(2, inner.Raise());
        Assert.Equal(3, senders.Count);
        Assert.All(senders, sender => Assert.Same(state, sender));
        Assert.Equal(["news", "1", "said"], texts, StringComparer.Ordinal);
        Assert.Equal(5, inner.Handlers);

        state.Changed -= changed;
        state.News -= news;
        state.Ticked -= ticked;
        state.Said -= said;
        state.Passed -= passed;
        Assert.Equal(0, inner.Handlers);
        Assert.Equal(0, inner.Raise());
        Assert.Equal(3, senders.Count);
    }

    [Fact]
    public async Task An_event_whose_use_is_counted_is_raised_by_the_guard()
    {
        var inner = new OftenRead();
        await using var zoo = await Zoo.OpenAsync(typeof(IOftenRead), "often.read");
        var reader = zoo.Guard.Guard<IOftenRead>(inner);
        object? sender = null;
        EventHandler read = (from, _) => sender = from;
        using (GuardedShop.As("keeper"))
        {
            reader.Read += read;
        }

        inner.Raise();
        Assert.Same(reader, sender);
        reader.Read -= read;
        Assert.Equal(0, inner.Handlers);
    }

    [Fact]
    public async Task Parameters_are_passed_as_they_are()
    {
        await using var zoo = await Zoo.OpenAsync(
            typeof(ISynchronous), "sync.run", "sync.pass", "sync.span", "sync.try", "sync.slot", "sync.lines", "sync.tuple", "sync.words", "sync.echo", "sync.old");
        var inner = new Synchronous();
        var sync = zoo.Guard.Guard<ISynchronous>(inner);
        var a = 1;
        using (GuardedShop.As("keeper"))
        {
            var d = Guid.NewGuid();
            Assert.True(sync.Pass(ref a, 5, out var c, ref d, [1, 2], "x", "y"));
            Assert.Equal((8, "2xy"), (a, c));
            Assert.Equal("ell", sync.Span("hello", ref a, 1, 2, 3).ToString());
            Assert.Equal(11, a);
            Assert.True(sync.TryFind("key", out var found));
            Assert.Equal("key", found);
            sync.Slot(1) = 42;
            Assert.Equal(42, sync.Peek(1));
            Assert.Equal((1, "b"), sync.Tuple((1, "b"), 5, 7));
        }

        Assert.Throws<AccessDeniedException>(() =>
        {
            var d = Guid.Empty;
            sync.Pass(ref a, 5, out _, ref d, [], "x");
        });
        Assert.Equal(11, a);
        Assert.Throws<AccessDeniedException>(() => sync.Slot(1) = 43);
        Assert.Equal(42, inner.Slots[1]);
        Assert.Equal("2", sync.Name(2));
    }

    [Fact]
    public async Task Generic_members_and_interfaces_are_guarded()
    {
        await using var zoo = await Zoo.OpenAsync(typeof(IOne<>), "one.get");
        var one = zoo.Guard.Guard<IOne<int>>(new One<int>());
        using (GuardedShop.As("keeper"))
        {
            Assert.Equal(4, await one.GetAsync(new Box<int>(4, 1)));
        }

        await Assert.ThrowsAsync<AccessDeniedException>(() => one.GetAsync(new Box<int>(4, 1)));

        await using var often = await Zoo.OpenAsync(typeof(IOftenRead), "often.read");
        var reader = often.Guard.Guard<IOftenRead>(new OftenRead());
        using (GuardedShop.As("keeper"))
        {
            Assert.Equal("k", await reader.FindAsync<string>("k", 1, 2));
            Assert.Equal("p", await reader.ReadAsync("p", default));
            await reader.TouchAsync();
            reader.Touch();
            reader.Length = 5;
            Assert.Equal(5, reader.Length);
            Assert.Equal(1, reader.Count("p"));
            Assert.Equal(2, await reader.PagesAsync(default).CountAsync());
        }

        await Assert.ThrowsAsync<AccessDeniedException>(async () => await reader.FindAsync<string>("k"));
        Assert.Throws<AccessDeniedException>(() => reader.Length = 6);
        await often.Guard.DisposeAsync();
        var summary = (await often.EntriesAsync()).Single(entry => entry.Type == "access.summary");
        Assert.Equal(8, summary.Event.Details!.Root.GetProperty("count").GetInt64());
    }

    [Fact]
    public async Task Marks_on_a_request_are_its_resource_and_arguments()
    {
        await using var zoo = await Zoo.OpenAsync(typeof(IAsynchronous), "async.set", "async.count", "async.transfer", "async.box");
        var inner = new Asynchronous();
        var service = zoo.Guard.Guard<IAsynchronous>(inner);
        using (GuardedShop.As("keeper"))
        {
            await service.SetAsync(9);
            Assert.Equal(9, await service.CountAsync(default));
            await service.TransferAsync(new Transfer("acc-1", 12.5m) { Reference = "r", Unmarked = "u" }, default);
            await service.TransferAsync(null, default);
            Assert.Equal(3, (await service.MayBeBoxAsync(new Box<int>(3, 4)))!.Value.Id);
            Assert.Null(await service.MayBeBoxAsync(null));
            await Assert.ThrowsAsync<AccessDeniedException>(() => service.WipeAsync(default));
            await Assert.ThrowsAsync<AccessDeniedException>(() => service.GetAsync("j"));
        }

        Assert.Equal(6, inner.Touched.Count);
        var transfer = (await zoo.EntriesAsync()).First(entry => entry.Permission == "async.transfer");
        Assert.Equal(new AuditResource { Type = "account", Id = "acc-1" }, transfer.Event.Resource);
        Assert.DoesNotContain("\"u\"", System.Text.Encoding.UTF8.GetString(transfer.Bytes.Span), StringComparison.Ordinal);
        Assert.DoesNotContain("\"r\"", System.Text.Encoding.UTF8.GetString(transfer.Bytes.Span), StringComparison.Ordinal);
    }

    private sealed class Zoo(Support.TestLogs logs, AuditLog log, AccessGuard guard) : IAsyncDisposable
    {
        public AccessGuard Guard => guard;

        public static async Task<Zoo> OpenAsync(Type guarded, params string[] permissions)
        {
            var logs = new Support.TestLogs();
            var log = await logs.OpenInMemoryAsync();
            return new Zoo(logs, log, await AccessGuard.OpenAsync(log, GuardedShop.CatalogueOf(guarded), policy => policy
                .Application("zoo").Version(1).Role("keeper", role => role.Allow(permissions)).Assign("keeper", "keeper")));
        }

        public async Task<List<AuditEntry>> EntriesAsync()
        {
            await log.FlushAsync();
            return await log.ReadAsync().ToListAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await guard.DisposeAsync();
            await log.DisposeAsync();
            logs.Dispose();
        }
    }
}
