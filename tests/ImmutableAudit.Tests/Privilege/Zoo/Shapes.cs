#pragma warning disable MA0046, MA0047 // Odd delegates and no namespace are what it is for.
using System.Diagnostics.CodeAnalysis;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Zoo
{
    /// <summary>Properties, indexers, events.</summary>
    [Guarded]
    public interface IState
    {
        [RequirePermission("state.read", Blocking = true)]
        int Limit { get; }

        int Level
        {
            [RequirePermission("state.read", Blocking = true)]
            get;
            [RequirePermission("state.write", Blocking = true)]
            [param: Audited]
            set;
        }

        [Audited]
        [RequirePermission("state.write", Blocking = true)]
        string? Note { set; }

        [AllowNull]
        string Title
        {
            [Unguarded("shown to all")]
            get;
            [RequirePermission("state.write", Blocking = true)]
            set;
        }

        string this[[Resource("shelf")] int shelf, string @in = ""]
        {
            [RequirePermission("state.read", Blocking = true)]
            get;
            [RequirePermission("state.write", Blocking = true)]
            set;
        }

        [RequirePermission("state.watch", Blocking = true)]
        event EventHandler? Changed;

        [RequirePermission("state.watch", Blocking = true)]
        event EventHandler<NewsEventArgs> News;

        [Unguarded("only says that there is something")]
        event Action<int> Ticked;

        [RequirePermission("state.watch", Blocking = true)]
        event Said Said;

        [RequirePermission("state.watch", Blocking = true)]
        event Passed Passed;
    }

    /// <summary>Generic, with constraints of every kind.</summary>
    [Guarded]
    public interface IRepository<TKey, in TItem, out TResult>
        where TKey : notnull, IComparable<TKey>
        where TItem : class?, new()
        where TResult : struct
    {
        [RequirePermission("items.find")]
        Task FindAsync([Resource("item")] TKey key, CancellationToken ct);

        [RequirePermission("items.put", Blocking = true)]
        TResult Put<TOther, TValue, TEnum, TRaw>(TItem item, TOther? other, TValue? value, TEnum? choice, TRaw raw)
            where TOther : class, IMarked
            where TValue : struct
            where TEnum : struct, Enum
            where TRaw : unmanaged;

        [RequirePermission("items.any", Blocking = true)]
        T? Any<T>(T? item, IReadOnlyList<T?> items);

        [RequirePermission("items.show", Blocking = true)]
        int Show<T>(T item)
            where T : allows ref struct;
    }

    public interface IMarked;

    [Guarded]
    internal interface IOne<T>
    {
        [RequirePermission("one.get", AuditLevel = AuditLevel.DenialsOnly)]
        Task<T> GetAsync(Box<T> box);
    }

    /// <summary>With a name that another has, but for its type parameters.</summary>
    [Guarded]
    internal interface IOne<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T, U>
        where T : class
    {
        [RequirePermission("one.get", AuditLevel = AuditLevel.DenialsOnly)]
        Task<T> GetAsync(U key);
    }

    /// <summary>Foreign: it knows nothing of guards.</summary>
    public interface IForeign<in T> : IDisposable
    {
        int Size { get; set; }

        bool Check(T item);

        bool Check(T item, int times);
    }

    [Guarded]
    public interface IParent
    {
        [RequirePermission("family.see", AuditLevel = AuditLevel.DenialsOnly)]
        Task<int> SeeAsync(CancellationToken ct);

        [RequirePermission("family.name", Blocking = true)]
        string Name { get; }
    }

    [Guarded]
    [Unguarded("the container's", Member = nameof(Dispose))]
    [RequirePermission("family.check", Member = nameof(Check), Blocking = true)]
    [RequirePermission("family.size", Member = "Size.set", Blocking = true)]
    [Unguarded("not secret", Member = nameof(Size))]
    public interface IChild : IParent, IForeign<string>
    {
        [RequirePermission("family.rename", Blocking = true)]
        new string Name { get; set; }

        [RequirePermission("family.default", Blocking = true)]
        int Default(int number) => number + 1;

        sealed int Twice(int number) => Default(Default(number));

        static int Zero => 0;
    }

    /// <summary>Nested.</summary>
    public static class Outer<T>
    {
        [Guarded]
        internal interface INested
        {
            [RequirePermission("nested.get")]
            Task<T?> GetAsync();
        }
    }

    public static class Plain
    {
        [Guarded]
        public interface INested
        {
            [RequirePermission("nested.get")]
            Task<int> GetAsync();
        }
    }

    [Guarded]
    public interface IEmpty;
}

/// <summary>In no namespace.</summary>
[ImmutableAudit.Privilege.Guarded]
internal interface INowhere
{
    [ImmutableAudit.Privilege.RequirePermission("nowhere.go")]
    Task GoAsync(CancellationToken ct);
}

namespace ImmutableAudit.@namespace.@class
{
    [Guarded]
    internal interface @interface
    {
        [RequirePermission("words.go")]
        Task @return(CancellationToken @params);
    }
}
