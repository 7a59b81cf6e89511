#pragma warning disable IDE0060 // Most parameters are there for their kind.
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ImmutableAudit.Zoo;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>Stands behind a guard of the zoo, and writes down which of its members was touched.</summary>
internal abstract class Animal
{
    public List<string> Touched { get; } = [];

    protected void Touch(string member) => Touched.Add(member);

    protected T Touch<T>(string member, T result)
    {
        Touch(member);
        return result;
    }
}

internal sealed class Item : IMarked;

internal sealed class Asynchronous : Animal, IAsynchronous
{
    private int _value;

    public Task RunAsync(string job, decimal amount, string secret, CancellationToken ct = default) =>
        Touch("IAsynchronous.RunAsync", Task.CompletedTask);

    public Task<string?> GetAsync(string? job, CancellationToken ct = default) => Touch("IAsynchronous.GetAsync", Task.FromResult(job));

    public ValueTask SetAsync(int value) => Touch("IAsynchronous.SetAsync", new ValueTask(Task.FromResult(_value = value)));

    public ValueTask<int> CountAsync(CancellationToken ct) => Touch("IAsynchronous.CountAsync", new ValueTask<int>(_value));

    public Task<bool> WipeAsync(CancellationToken ct) => Touch("IAsynchronous.WipeAsync", Task.FromResult(true));

    public Task TransferAsync(Transfer? transfer, CancellationToken ct) => Touch("IAsynchronous.TransferAsync", Task.CompletedTask);

    public Task BoxAsync<T>(Box<T> box, CancellationToken first, CancellationToken last) => Touch("IAsynchronous.BoxAsync", Task.CompletedTask);

    public Task<Box<int>?> MayBeBoxAsync(Box<int>? box) => Touch("IAsynchronous.MayBeBoxAsync", Task.FromResult(box));

    public Task<int> WeatherAsync(CancellationToken ct) => Touch("IAsynchronous.WeatherAsync", Task.FromResult(21));
}

internal sealed class OftenRead : Animal, IOftenRead
{
    private EventHandler? _read;
    private int _length;

    public event EventHandler? Read
    {
        add
        {
            Touch("IOftenRead.Read.add");
            _read += value;
        }

        remove => _read -= value;
    }

    public int Handlers => _read?.GetInvocationList().Length ?? 0;

    public int Length
    {
        get => Touch("IOftenRead.Length.get", _length);
        set => _length = Touch("IOftenRead.Length.set", value);
    }

    public Task<string> ReadAsync(string page, CancellationToken ct) => Touch("IOftenRead.ReadAsync", Task.FromResult(page));

    public ValueTask<T?> FindAsync<T>(string key, params int[] rest)
        where T : class => Touch("IOftenRead.FindAsync", new ValueTask<T?>((T?)(object)key));

    public Task TouchAsync() => Touch("IOftenRead.TouchAsync", Task.CompletedTask);

    public int Count(string page) => Touch("IOftenRead.Count", page.Length);

    void IOftenRead.Touch() => Touch("IOftenRead.Touch");

    public void Raise() => _read?.Invoke(this, EventArgs.Empty);

    public async IAsyncEnumerable<int> PagesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        Touch("IOftenRead.PagesAsync");
        await Task.Yield();
        yield return 1;
        yield return 2;
    }
}

internal sealed class Streams : Animal, IStreams
{
    public IAsyncEnumerable<string> ReadAsync(string stream, int from, CancellationToken ct = default) => Of("IStreams.ReadAsync", stream, stream);

    public IAsyncEnumerable<T?> OfAsync<T>(T? first) => Of("IStreams.OfAsync", first, default);

    public IAsyncEnumerable<int> TailAsync(CancellationToken ct) => Of("IStreams.TailAsync", 1, 2);

    public IAsyncEnumerable<int> PublicAsync(CancellationToken ct) => Of("IStreams.PublicAsync", 1, 2);

    private async IAsyncEnumerable<T> Of<T>(string member, params T[] elements)
    {
        Touch(member);
        foreach (var element in elements)
        {
            await Task.Yield();
            yield return element;
        }
    }
}

internal sealed class Synchronous : Animal, ISynchronous
{
    public int[] Slots { get; } = new int[3];

    public void Run(int job, string name = "none", CancellationToken ct = default) => Touch("ISynchronous.Run");

    public bool Pass(ref int a, in long b, out string c, ref readonly Guid d, scoped ReadOnlySpan<byte> e, params string[] rest)
    {
        Touch("ISynchronous.Pass");
        a += (int)b + e.Length;
        c = $"{e.Length}{string.Concat(rest)}";
        return d != Guid.Empty;
    }

    public ReadOnlySpan<char> Span(ReadOnlySpan<char> text, scoped ref int count, params ReadOnlySpan<int> numbers)
    {
        Touch("ISynchronous.Span");
        count += numbers.Length;
        return text[1..4];
    }

    public bool TryFind(string key, [NotNullWhen(true)] out string? found)
    {
        found = key;
        return Touch("ISynchronous.TryFind", true);
    }

    public ref int Slot(int index)
    {
        Touch("ISynchronous.Slot");
        return ref Slots[index];
    }

    public ref readonly int Peek(in int index)
    {
        Touch("ISynchronous.Peek");
        return ref Slots[index];
    }

    public IEnumerable<string> Lines() => Touch("ISynchronous.Lines", new List<string> { "line" });

    public (int Count, string? Name) Tuple((int A, string? B) tuple, dynamic? late, nint native)
    {
        Touch("ISynchronous.Tuple");
        return tuple;
    }

    public int @class(int @event, string @await, object call, object? exception, int result, int _inner) => Touch("ISynchronous.class", @event);

    public string Name(in int number) => Touch("ISynchronous.Name", $"{number}");

    public string? Echo(string? text) => Touch("ISynchronous.Echo", text);

    [Obsolete("Use Run.", error: true)]
    public void Old() => Touch("ISynchronous.Old");
}

internal sealed class State : Animal, IState
{
    private EventHandler? _changed;
    private EventHandler<NewsEventArgs>? _news;
    private Action<int>? _ticked;
    private Said? _said;
    private Passed? _passed;
    private int _level;
    private string _title = "title";

    public event EventHandler? Changed
    {
        add => _changed += Touch("IState.Changed.add", value);
        remove => _changed -= value;
    }

    public event EventHandler<NewsEventArgs> News
    {
        add => _news += Touch("IState.News.add", value);
        remove => _news -= value;
    }

    public event Action<int> Ticked
    {
        add => _ticked += Touch("IState.Ticked.add", value);
        remove => _ticked -= value;
    }

    public event Said Said
    {
        add => _said += Touch("IState.Said.add", value);
        remove => _said -= value;
    }

    public event Passed Passed
    {
        add => _passed += Touch("IState.Passed.add", value);
        remove => _passed -= value;
    }

    public int Handlers => new Delegate?[] { _changed, _news, _ticked, _said, _passed }.Sum(handlers => handlers?.GetInvocationList().Length ?? 0);

    public int Limit => Touch("IState.Limit.get", 3);

    public int Level
    {
        get => Touch("IState.Level.get", _level);
        set => _level = Touch("IState.Level.set", value);
    }

    public string? Note
    {
        set => Touch("IState.Note.set");
    }

    [AllowNull]
    public string Title
    {
        get => Touch("IState.Title.get", _title);
        set => _title = Touch("IState.Title.set", value ?? "");
    }

    public string this[int shelf, string @in = ""]
    {
        get => Touch("IState.Item.get", $"{shelf}{@in}");
        set => Touch("IState.Item.set");
    }

    /// <summary>Raises every event, as their sender where they have one.</summary>
    public int Raise()
    {
        var number = 0;
        _changed?.Invoke(this, EventArgs.Empty);
        _news?.Invoke(this, new NewsEventArgs("news"));
        _ticked?.Invoke(1);
        _said?.Invoke(this, "said");
        _passed?.Invoke(1, ref number);
        return number;
    }
}

internal sealed class Repository : Animal, IRepository<int, Item, int>
{
    public Task FindAsync(int key, CancellationToken ct) => Touch("IRepository.FindAsync", Task.CompletedTask);

    public int Put<TOther, TValue, TEnum, TRaw>(Item item, TOther? other, TValue? value, TEnum? choice, TRaw raw)
        where TOther : class, IMarked
        where TValue : struct
        where TEnum : struct, Enum
        where TRaw : unmanaged => Touch("IRepository.Put", 1);

    public T? Any<T>(T? item, IReadOnlyList<T?> items) => Touch("IRepository.Any", item);

    public int Show<T>(T item)
        where T : allows ref struct => Touch("IRepository.Show", 1);
}

internal sealed class One<T> : Animal, IOne<T>
{
    public Task<T> GetAsync(Box<T> box) => Touch("IOne.GetAsync", Task.FromResult(box.Id));
}

internal sealed class OneOf : Animal, IOne<Item, string>
{
    public Task<Item> GetAsync(string key) => Touch("IOne.GetAsync", Task.FromResult(new Item()));
}

internal sealed class Parent : Animal, IParent
{
    string IParent.Name => Touch("IParent.Name.get", "parent");

    public Task<int> SeeAsync(CancellationToken ct) => Touch("IParent.SeeAsync", Task.FromResult(1));
}

internal sealed class Child : Animal, IChild
{
    private int _size;

    string IParent.Name => Touch("IParent.Name.get", "parent");

    public string Name
    {
        get => Touch("IChild.Name.get", "child");
        set => Touch("IChild.Name.set");
    }

    public int Size
    {
        get => Touch("IForeign.Size.get", _size);
        set => _size = Touch("IForeign.Size.set", value);
    }

    public Task<int> SeeAsync(CancellationToken ct) => Touch("IParent.SeeAsync", Task.FromResult(1));

    public int Default(int number) => Touch("IChild.Default", number + 1);

    public bool Check(string item) => Touch("IForeign.Check/1", true);

    public bool Check(string item, int times) => Touch("IForeign.Check/2", true);

    public void Dispose() => Touch("IDisposable.Dispose");
}

internal sealed class NestedInGeneric : Animal, Outer<int>.INested
{
    public Task<int> GetAsync() => Touch("Outer.INested.GetAsync", Task.FromResult(1));
}

internal sealed class NestedInPlain : Animal, Plain.INested
{
    public Task<int> GetAsync() => Touch("Plain.INested.GetAsync", Task.FromResult(1));
}

internal sealed class Empty : Animal, IEmpty;

internal sealed class Nowhere : Animal, INowhere
{
    public Task GoAsync(CancellationToken ct) => Touch("INowhere.GoAsync", Task.CompletedTask);
}

internal sealed class Words : Animal, @namespace.@class.@interface
{
    public Task @return(CancellationToken @params) => Touch("interface.return", Task.CompletedTask);
}
