using System.Reflection;
using ImmutableAudit.Privilege;
using ImmutableAudit.Zoo;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>One kind of animal, and how each member of its guarded interface is called.</summary>
internal abstract class Species
{
    private protected Species(Type guarded) => Guarded = guarded;

    /// <summary>All there are.</summary>
    public static IReadOnlyList<Species> All { get; } =
    [
        Of<IAsynchronous>(() => new Asynchronous())
            .Calls("IAsynchronous.RunAsync", it => it.RunAsync("j", 1, "secret"))
            .Calls("IAsynchronous.GetAsync", it => it.GetAsync("j"))
            .Calls("IAsynchronous.SetAsync", it => it.SetAsync(1).AsTask())
            .Calls("IAsynchronous.CountAsync", it => it.CountAsync(default).AsTask())
            .Calls("IAsynchronous.WipeAsync", it => it.WipeAsync(default))
            .Calls("IAsynchronous.TransferAsync", it => it.TransferAsync(new Transfer("a", 1), default))
            .Calls("IAsynchronous.BoxAsync", it => it.BoxAsync(new Box<string>("b", 1), default, default))
            .Calls("IAsynchronous.MayBeBoxAsync", it => it.MayBeBoxAsync(null))
            .Calls("IAsynchronous.WeatherAsync", it => it.WeatherAsync(default)),
        Of<IOftenRead>(() => new OftenRead())
            .Calls("IOftenRead.ReadAsync", it => it.ReadAsync("p", default))
            .Calls("IOftenRead.FindAsync", it => it.FindAsync<string>("k", 1).AsTask())
            .Calls("IOftenRead.TouchAsync", it => it.TouchAsync())
            .Calls("IOftenRead.Count", it => it.Count("p"))
            .Calls("IOftenRead.Touch", it => it.Touch())
            .Calls("IOftenRead.Length.get", it => it.Length)
            .Calls("IOftenRead.Length.set", it => it.Length = 1)
            .Calls("IOftenRead.PagesAsync", async it => Assert.Equal([1, 2], await it.PagesAsync(default).ToListAsync()))
            .Calls("IOftenRead.Read.add", it => it.Read += (_, _) => { }),
        Of<IStreams>(() => new Streams())
            .Calls("IStreams.ReadAsync", async it => Assert.Equal(["s", "s"], await it.ReadAsync("s", 0).ToListAsync(), StringComparer.Ordinal))
            .Calls("IStreams.OfAsync", async it => Assert.Equal([7, 0], await it.OfAsync(7).ToListAsync()))
            .Calls("IStreams.TailAsync", async it => await it.TailAsync(default).ToListAsync())
            .Calls("IStreams.PublicAsync", async it => Assert.Equal([1, 2], await it.PublicAsync(default).ToListAsync())),
        Of<ISynchronous>(() => new Synchronous())
            .Calls("ISynchronous.Run", it => it.Run(1))
            .Calls("ISynchronous.Pass", it =>
            {
                var a = 1;
                var d = Guid.Empty;
                it.Pass(ref a, 5, out _, ref d, [1, 2], "x");
            })
            .Calls("ISynchronous.Span", it =>
            {
                var count = 0;
                it.Span("hello", ref count, 1, 2);
            })
            .Calls("ISynchronous.TryFind", it => it.TryFind("k", out _))
            .Calls("ISynchronous.Slot", it => it.Slot(1) = 1)
            .Calls("ISynchronous.Peek", it => it.Peek(1))
            .Calls("ISynchronous.Lines", it => it.Lines())
            .Calls("ISynchronous.Tuple", it => it.Tuple((1, "b"), 5, 7))
            .Calls("ISynchronous.class", it => it.@class(1, "", "", null, 1, 1))
            .Calls("ISynchronous.Name", it => it.Name(1))
            .Calls("ISynchronous.Echo", it => it.Echo(null))

            // Nobody can write this call.
            .Calls("ISynchronous.Old", it => typeof(ISynchronous).GetMethod("Old")!.Invoke(it, BindingFlags.DoNotWrapExceptions, null, null, null)),
        Of<IState>(() => new State())
            .Calls("IState.Limit.get", it => it.Limit)
            .Calls("IState.Level.get", it => it.Level)
            .Calls("IState.Level.set", it => it.Level = 1)
            .Calls("IState.Note.set", it => it.Note = "n")
            .Calls("IState.Title.get", it => it.Title)
            .Calls("IState.Title.set", it => it.Title = null)
            .Calls("IState.Item.get", it => it[1])
            .Calls("IState.Item.set", it => it[1] = "i")
            .Calls("IState.Changed.add", it => it.Changed += (_, _) => { })
            .Calls("IState.News.add", it => it.News += (_, _) => { })
            .Calls("IState.Ticked.add", it => it.Ticked += _ => { })
            .Calls("IState.Said.add", it => it.Said += (_, _) => { })
            .Calls("IState.Passed.add", it => it.Passed += (in int _, ref int _) => { }),
        Of<IRepository<int, Item, int>>(() => new Repository())
            .Calls("IRepository.FindAsync", it => it.FindAsync(1, default))
            .Calls("IRepository.Put", it => it.Put<Item, int, DayOfWeek, Guid>(new Item(), null, 1, null, default))
            .Calls("IRepository.Any", it => it.Any("a", []))
            .Calls("IRepository.Show", it => it.Show<ReadOnlySpan<char>>("s")),
        Of<IOne<int>>(() => new One<int>()).Calls("IOne.GetAsync", it => it.GetAsync(new Box<int>(1, 2))),
        Of<IOne<Item, string>>(() => new OneOf()).Calls("IOne.GetAsync", it => it.GetAsync("k")),
        Of<IParent>(() => new Parent())
            .Calls("IParent.SeeAsync", it => it.SeeAsync(default))
            .Calls("IParent.Name.get", it => it.Name),
        Of<IChild>(() => new Child())
            .Calls("IChild.Name.get", it => it.Name)
            .Calls("IChild.Name.set", it => it.Name = "n")
            .Calls("IChild.Default", it => it.Default(1))
            .Calls("IParent.SeeAsync", it => it.SeeAsync(default))
            .Calls("IParent.Name.get", it => ((IParent)it).Name)
            .Calls("IForeign.Size.get", it => it.Size)
            .Calls("IForeign.Size.set", it => it.Size = 1)
            .Calls("IForeign.Check/1", it => it.Check("c"))
            .Calls("IForeign.Check/2", it => it.Check("c", 2))
            .Calls("IDisposable.Dispose", it => it.Dispose()),
        Of<Outer<int>.INested>(() => new NestedInGeneric()).Calls("Outer.INested.GetAsync", it => it.GetAsync()),
        Of<Plain.INested>(() => new NestedInPlain()).Calls("Plain.INested.GetAsync", it => it.GetAsync()),
        Of<IEmpty>(() => new Empty()),
        Of<INowhere>(() => new Nowhere()).Calls("INowhere.GoAsync", it => it.GoAsync(default)),
        Of<@namespace.@class.@interface>(() => new Words()).Calls("interface.return", it => it.@return(default)),
    ];

    /// <summary>The guarded interface, closed.</summary>
    public Type Guarded { get; }

    /// <summary>How each member is called, by its <see cref="ZooMember.Key"/>.</summary>
    public Dictionary<string, Func<object, Task>> CallsByMember { get; } = new(StringComparer.Ordinal);

    /// <summary>A fresh one.</summary>
    public abstract Animal Create();

    /// <summary>Puts it behind a guard.</summary>
    public abstract object Guard(AccessGuard guard, Animal animal);

    private static Species<T> Of<T>(Func<Animal> create)
        where T : class => new(create);
}

/// <inheritdoc/>
internal sealed class Species<T>(Func<Animal> create) : Species(typeof(T))
    where T : class
{
    public Species<T> Calls(string member, Func<T, Task> call)
    {
        CallsByMember.Add(member, it => call((T)it));
        return this;
    }

    public Species<T> Calls(string member, Func<T, object?> call) => Calls(member, it =>
    {
        call(it);
        return Task.CompletedTask;
    });

    public Species<T> Calls(string member, Action<T> call) => Calls(member, it =>
    {
        call(it);
        return Task.CompletedTask;
    });

    public override Animal Create() => create();

    public override object Guard(AccessGuard guard, Animal animal) => guard.Guard((T)(object)animal);
}
