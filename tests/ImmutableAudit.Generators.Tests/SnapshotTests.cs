using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators.Tests;

/// <summary>What is generated, one file for each kind of member, and that all of it compiles without a warning.</summary>
public sealed class SnapshotTests
{
    public static TheoryData<string, string> Members => new()
    {
        { "Task", """[RequirePermission("orders.refund")] Task RefundAsync([Resource("order")] string orderId, [Audited] decimal amount, [Sensitive] string iban, CancellationToken ct);""" },
        { "TaskOfT", """[RequirePermission("orders.read")] Task<string?> FindAsync(string? name = null, CancellationToken ct = default);""" },
        { "ValueTask", """[RequirePermission("orders.touch")] ValueTask TouchAsync();""" },
        { "ValueTaskOfT", """[RequirePermission("orders.count", AuditLevel = AuditLevel.Decision)] ValueTask<int> CountAsync(CancellationToken ct);""" },
        { "Elevated", """[RequirePermission("orders.wipe", Elevated = true)] Task WipeAsync(CancellationToken ct);""" },
        { "Stream", """[RequirePermission("orders.list")] IAsyncEnumerable<int> ListAsync([Resource("shop")] int shop, CancellationToken ct);""" },
        { "StreamWithoutToken", """[RequirePermission("orders.list")] IAsyncEnumerable<int> ListAsync();""" },
        { "Synchronous", """[RequirePermission("orders.price", Blocking = true)] int Price([Resource("order")] int order, string currency);""" },
        { "SynchronousVoid", """[RequirePermission("orders.close", Blocking = true)] void Close(CancellationToken ct);""" },
        { "PassingTask", """[RequirePermission("orders.read", AuditLevel = AuditLevel.DenialsOnly)] Task<int> GetAsync([Resource("order")] string id, CancellationToken ct);""" },
        { "PassingTaskWithoutResource", """[RequirePermission("orders.read", AuditLevel = AuditLevel.DenialsOnly)] ValueTask GetAsync();""" },
        { "PassingSynchronous", """[RequirePermission("orders.read", AuditLevel = AuditLevel.DenialsOnly)] int Get([Resource("order")] string id);""" },
        { "PassingVoid", """[RequirePermission("orders.read", AuditLevel = AuditLevel.DenialsOnly)] void Look();""" },
        { "Unguarded", """[Unguarded("public")] Task<int> WeatherAsync(in int place, CancellationToken ct);""" },
        { "Generic", """[RequirePermission("orders.map")] Task<TResult?> MapAsync<T, TResult>(T item, TResult? other, CancellationToken ct) where T : class, IDisposable where TResult : notnull;""" },
        { "ByReference", """[RequirePermission("orders.pass", Blocking = true)] bool Pass(ref int a, in long b, out string? c, ref readonly Guid d, scoped Span<byte> e, params int[] rest);""" },
        { "RefReturn", """[RequirePermission("orders.slot", Blocking = true)] ref readonly int Slot(int index);""" },
        { "Property", """int Limit { [RequirePermission("orders.read", Blocking = true)] get; [RequirePermission("orders.write", Blocking = true)] [param: Audited] set; }""" },
        { "PropertyUnguarded", """[Unguarded("public")] int Limit { get; set; }""" },
        { "PropertyPassing", """[RequirePermission("orders.read", AuditLevel = AuditLevel.DenialsOnly)] int Limit { get; }""" },
        { "Indexer", """[RequirePermission("orders.read", Blocking = true)] string this[[Resource("shelf")] int shelf, int place] { get; set; }""" },
        { "Event", """[RequirePermission("orders.watch", Blocking = true)] event EventHandler? Changed;""" },
        { "EventPassing", """[RequirePermission("orders.watch", AuditLevel = AuditLevel.DenialsOnly)] event EventHandler<UnhandledExceptionEventArgs>? Changed;""" },
        { "EventWithoutSender", """[Unguarded("public")] event Action<object, int> Changed;""" },
        { "DefaultMember", """[RequirePermission("orders.next", Blocking = true)] int Next(int number) => number + 1; sealed int Twice(int number) => Next(Next(number)); static int Zero => 0;""" },
        { "Keywords", """[RequirePermission("orders.words")] Task<int> @class(int @event, int call, int result, int exception, int @await, CancellationToken _inner);""" },
        { "Attributes", """[Obsolete("no", error: true)] [RequirePermission("orders.old", Blocking = true)] bool TryOld([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? found);""" },
        { "Overloads", """[RequirePermission("orders.a")] Task RunAsync(); [RequirePermission("orders.b")] Task RunAsync(int number);""" },
    };

    public static TheoryData<string, string> Interfaces => new()
    {
        {
            "Request", """
            namespace Shop;
            public record Refund([Resource("order")] string OrderId, [Audited] decimal Amount) { [Sensitive] public string? Iban { get; init; } }
            public readonly record struct Key<T>([Resource("key")] T Id);
            public sealed record Wrapped<T>([Resource("key")] T Id);
            [Guarded] public interface IOrders
            {
                [RequirePermission("orders.refund")] Task RefundAsync(Refund refund, CancellationToken ct);
                [RequirePermission("orders.read", AuditLevel = AuditLevel.DenialsOnly)] Task ReadAsync(Refund refund);
                [RequirePermission("orders.list")] IAsyncEnumerable<int> ListAsync(Refund refund);
                [RequirePermission("orders.look", Blocking = true)] int Look(in Refund refund);
                [RequirePermission("orders.refund")] Task KeyAsync<T>(Key<T> key);
                [RequirePermission("orders.refund")] Task MaybeKeyAsync(Key<int>? key);
                [RequirePermission("orders.refund")] Task WrappedAsync<T>(Wrapped<T> wrapped);
                [RequirePermission("orders.refund")] Task ConstrainedAsync<T>(T refund) where T : Refund;
            }
            """
        },
        {
            "GenericInterface", """
            namespace Shop;
            [Guarded] public interface IRepository<TKey, in TItem> where TKey : struct, IComparable<TKey> where TItem : class?, new()
            {
                [RequirePermission("items.put")] Task PutAsync([Resource("item")] TKey key, TItem item, CancellationToken ct);
            }
            """
        },
        {
            "Inherited", """
            namespace Shop;
            public interface IForeign : IDisposable, IAsyncDisposable { int Size { get; set; } void Check(int a); void Check(string a); }
            [Guarded] public interface IParent { [RequirePermission("family.see")] Task SeeAsync(); }
            [Guarded]
            [Unguarded("the container's", Member = nameof(Dispose))]
            [Unguarded("the container's", Member = nameof(DisposeAsync))]
            [RequirePermission("family.check", Member = nameof(Check), Blocking = true)]
            [RequirePermission("family.size", Member = "Size.set", Blocking = true)]
            [Unguarded("no secret", Member = "Size")]
            public interface IChild : IParent, IForeign { [RequirePermission("family.grow")] new Task SeeAsync(); }
            """
        },
        {
            "Nested", """
            namespace Shop;
            internal class Outer<T> where T : notnull { [Guarded] protected internal interface IOrders { [RequirePermission("orders.get")] Task<T> GetAsync(); } }
            """
        },
        { "GlobalNamespace", """[Guarded] interface IOrders { [RequirePermission("orders.get")] Task GetAsync(); }""" },
        { "KeywordNames", """namespace @new.@class; [Guarded] interface @interface { [RequirePermission("words.go")] Task @return(); }""" },
        { "Empty", """namespace Shop; [Guarded] public interface IEmpty;""" },
    };

    [Theory]
    [MemberData(nameof(Members))]
    public void A_member_is_guarded_as_in_its_snapshot(string name, string member) =>
        Check(name, $"namespace Shop; [Guarded] public interface IOrders {{ {member} }}");

    [Theory]
    [MemberData(nameof(Interfaces))]
    public void An_interface_is_guarded_as_in_its_snapshot(string name, string source) => Check(name, source);

    [Fact]
    public void Generated_text_is_the_same_whatever_the_order_of_sources()
    {
        const string one = "namespace Shop; [Guarded] interface IOne { [RequirePermission(\"one.get\")] Task GetAsync(); }";
        const string two = "namespace Shop; [Guarded] interface ITwo { [RequirePermission(\"two.get\")] Task GetAsync(); }";
        Assert.Equal(Generated(Source.Compile(one, two)).Order(StringComparer.Ordinal), Generated(Source.Compile(two, one)).Order(StringComparer.Ordinal));
    }

    private static void Check(string name, string source)
    {
        var (result, output) = Source.Generate(Source.Compile(source));
        Assert.Empty(result.Diagnostics);
        var warnings = string.Join('\n', output.GetDiagnostics().Where(diagnostic => diagnostic.Severity != DiagnosticSeverity.Hidden));
        Assert.True(warnings.Length == 0, warnings);
        Assert.Contains(result.GeneratedTrees, tree => tree.FilePath.EndsWith("GuardCatalogue.g.cs", StringComparison.Ordinal));
        var texts = result.Results[0].GeneratedSources.Select(generated => $"// {generated.HintName}\n{generated.SourceText}");
        Snapshot.Matches(name, $"// {source.ReplaceLineEndings("\n// ")}\n\n{string.Join("\n", texts)}");
    }

    private static IEnumerable<string> Generated(Microsoft.CodeAnalysis.CSharp.CSharpCompilation compilation) =>
        Source.Generate(compilation).Result.Results[0].GeneratedSources.Select(source => source.SourceText.ToString());
}
