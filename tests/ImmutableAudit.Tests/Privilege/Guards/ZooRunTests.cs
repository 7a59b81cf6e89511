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
            Assert.Equal(0, inner.Level);
            Assert.Equal(0, inner.Writes);

            object? sender = null;
            EventHandler changed = (from, _) => sender = from;
            state.Changed += changed;
            inner.Raise();
            Assert.Same(state, sender);
            state.Changed -= changed;
            Assert.Equal(0, inner.Handlers);
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

        Assert.Equal(6, inner.Calls);
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

    private sealed class State : IState
    {
        public event EventHandler? Changed;

        public event EventHandler<NewsEventArgs> News = (_, _) => { };

        public event Action<int> Ticked = _ => { };

        public event Said Said = (_, _) => { };

        public event Passed Passed = (in int _, ref int _) => { };

        public int Writes { get; private set; }

        public int Handlers => Changed?.GetInvocationList().Length ?? 0;

        public int Limit => 3;

        public int Level { get; set; }

        public string? Note
        {
            set => Writes++;
        }

        [System.Diagnostics.CodeAnalysis.AllowNull]
        public string Title { get; set; } = "title";

        public string this[int shelf, string @in = ""]
        {
            get => $"{shelf}{@in}";
            set => Writes++;
        }

        public void Raise()
        {
            var number = 0;
            Changed?.Invoke(this, EventArgs.Empty);
            News(this, new NewsEventArgs(""));
            Ticked(1);
            Said(this, "");
            Passed(1, ref number);
        }
    }

    private sealed class Synchronous : ISynchronous
    {
        public int[] Slots { get; } = new int[3];

        public void Run(int job, string name = "none", CancellationToken ct = default)
        {
        }

        public bool Pass(ref int a, in long b, out string c, ref readonly Guid d, scoped ReadOnlySpan<byte> e, params string[] rest)
        {
            a += (int)b + e.Length;
            c = $"{e.Length}{string.Concat(rest)}";
            return d != Guid.Empty;
        }

        public ReadOnlySpan<char> Span(ReadOnlySpan<char> text, scoped ref int count, params ReadOnlySpan<int> numbers)
        {
            count += numbers.Length;
            return text[1..4];
        }

        public bool TryFind(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? found)
        {
            found = key;
            return true;
        }

        public ref int Slot(int index) => ref Slots[index];

        public ref readonly int Peek(in int index) => ref Slots[index];

        public IEnumerable<string> Lines() => ["line"];

        public (int Count, string? Name) Tuple((int A, string? B) tuple, dynamic? late, nint native) => tuple;

        public int @class(int @event, string @await, object call, object? exception, int result, int _inner) => @event;

        public string Name(in int number) => $"{number}";

        public string? Echo(string? text) => text;

        [Obsolete("Use Run.", error: true)]
        public void Old()
        {
        }
    }

    private sealed class One<T> : IOne<T>
    {
        public Task<T> GetAsync(Box<T> box) => Task.FromResult(box.Id);
    }

    private sealed class OftenRead : IOftenRead
    {
        public event EventHandler? Read;

        public int Length { get; set; }

        public Task<string> ReadAsync(string page, CancellationToken ct) => Task.FromResult(page);

        public ValueTask<T?> FindAsync<T>(string key, params int[] rest)
            where T : class => new((T?)(object)key);

        public Task TouchAsync() => Task.CompletedTask;

        public int Count(string page) => page.Length;

        public void Touch() => Read?.Invoke(this, EventArgs.Empty);

        public async IAsyncEnumerable<int> PagesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            await Task.Yield();
            yield return 1;
            yield return 2;
        }
    }

    private sealed class Asynchronous : IAsynchronous
    {
        private int _value;

        public int Calls { get; private set; }

        public Task RunAsync(string job, decimal amount, string secret, CancellationToken ct = default) => CallAsync();

        public Task<string?> GetAsync(string? job, CancellationToken ct = default) => Task.FromResult(job);

        public ValueTask SetAsync(int value)
        {
            _value = value;
            return new(CallAsync());
        }

        public async ValueTask<int> CountAsync(CancellationToken ct)
        {
            await CallAsync();
            return _value;
        }

        public async Task<bool> WipeAsync(CancellationToken ct)
        {
            await CallAsync();
            return true;
        }

        public Task TransferAsync(Transfer? transfer, CancellationToken ct) => CallAsync();

        public Task BoxAsync<T>(Box<T> box, CancellationToken first, CancellationToken last) => CallAsync();

        public async Task<Box<int>?> MayBeBoxAsync(Box<int>? box)
        {
            await CallAsync();
            return box;
        }

        public Task<int> WeatherAsync(CancellationToken ct) => Task.FromResult(0);

        private Task CallAsync()
        {
            Calls++;
            return Task.CompletedTask;
        }
    }
}
