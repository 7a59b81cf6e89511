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
        { "StreamOfDiscard", """[RequirePermission("orders.tail")] IAsyncEnumerable<int> TailAsync(object _);""" },
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
        { "IndexerAssigned", """[RequirePermission("orders.write", Blocking = true)] [Audited] string this[[Resource("shelf")] int shelf, int place] { set; }""" },
        { "Event", """[RequirePermission("orders.watch", Blocking = true)] event EventHandler? Changed;""" },
        { "EventPassing", """[RequirePermission("orders.watch", AuditLevel = AuditLevel.DenialsOnly)] event EventHandler<UnhandledExceptionEventArgs>? Changed;""" },
        { "EventWithoutSender", """[Unguarded("public")] event Action<object, int> Changed;""" },
        { "EventOfSender", """[Unguarded("public")] event EventHandler<IOrders, EventArgs> Changed;""" },
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

    [Theory]
    [InlineData("#nullable disable\n[Guarded] public interface IOrders { [RequirePermission(\"a.b\")] Task<string> GetAsync(string a, object[] b); [Unguarded(\"why\")] event EventHandler E; }")]
    [InlineData("[Guarded] public interface IOrders { [RequirePermission(\"a.b\")] Task<int>? GetAsync(string?[]? a, Dictionary<string, List<int?>>? b, (int A, string? B)? c); }")]
    [InlineData("[Guarded] public interface IOrders { [RequirePermission(\"a.b\")] Task RunAsync(object o); [RequirePermission(\"a.b\")] Task RunAsync<T>(T o); [Unguarded(\"why\")] void RunAsync(in int o); [Unguarded(\"why\")] void RunAsync(int o); }")]
    [InlineData("[Guarded] [Unguarded(\"why\", Member = \"GetEnumerator\")] public interface IOrders : IEnumerable<int>;")]
    [InlineData("[Guarded] [RequirePermission(\"a.b\", Blocking = true, Member = \"CompareTo\")] [Unguarded(\"why\", Member = \"Equals\")] public interface IOrders<T> : IComparable<int>, IComparable<string?>, IEquatable<T>;")]
    [InlineData("[Guarded] public interface IOrders { static virtual int A() => 1; const int B = 1; class C; private int D() => 1; [Unguarded(\"why\")] int E() => D(); }")]
    [InlineData("[Guarded] public interface IOrders { [RequirePermission(\"a.b\", AuditLevel = AuditLevel.DenialsOnly)] Task<int> RunAsync(int guard, int Recorded, int call); [RequirePermission(\"a.b\", AuditLevel = AuditLevel.DenialsOnly)] IAsyncEnumerable<int> ListAsync(int token, CancellationToken _); }")]
    [InlineData("[Guarded] public interface IOrders { [Unguarded(\"why\")] event EventHandler Inner; [Unguarded(\"why\")] int Target { get; } [Unguarded(\"why\")] void Dispose(); [RequirePermission(\"a.b\", Blocking = true)] int inner { get; set; } [RequirePermission(\"a.b\", Blocking = true)] int InnerGet(); [RequirePermission(\"a.b\", Blocking = true)] int InnerLock { get; } }")]
    [InlineData("[Guarded] public interface IOrders { [RequirePermission(\"a.b\", Blocking = true)] void Run(string s = \"x\", [System.Runtime.CompilerServices.CallerMemberName] string caller = \"\", decimal d = 1.5m, DayOfWeek day = DayOfWeek.Monday); }")]
    [InlineData("[Guarded] public interface IOrders { [RequirePermission(\"a.b\", Blocking = true)] T Run<T, U>(T? t, U[]? u, Func<T?, U?> f) where T : U where U : class?; [RequirePermission(\"a.b\", Blocking = true)] void Null<T>(T? t) where T : notnull; [RequirePermission(\"a.b\", Blocking = true)] void Enum<T>(T? t) where T : struct, Enum; }")]
    [InlineData("[Guarded] public partial interface IOrders { [Unguarded(\"why\")] int A(); } public partial interface IOrders { [RequirePermission(\"a.b\")] Task BAsync(); }")]
    [InlineData("public class OrdersEventArgs : EventArgs; [Guarded] public interface IOrders { [Unguarded(\"why\")] event EventHandler<OrdersEventArgs> A; [Unguarded(\"why\")] event Action? B; [Unguarded(\"why\")] event Action<IOrders?, string?[]> C; }")]
    [InlineData("[Guarded] public interface IOrders { [System.Diagnostics.CodeAnalysis.Experimental(\"EX1\")] [RequirePermission(\"a.b\")] Task RunAsync(); [System.Runtime.Versioning.SupportedOSPlatform(\"linux\")] [RequirePermission(\"a.b\")] Task LinuxAsync(); [System.Diagnostics.CodeAnalysis.RequiresUnreferencedCode(\"why\")] [RequirePermission(\"a.b\")] Task TrimAsync<[System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers((System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes)3)] T>(); }")]
    [InlineData("[Guarded] public interface IOrders { [System.Diagnostics.CodeAnalysis.DoesNotReturn] [Unguarded(\"why\")] void Fail(); [System.Diagnostics.CodeAnalysis.DoesNotReturn] [RequirePermission(\"a.b\", Blocking = true)] void FailToo(); [return: System.Diagnostics.CodeAnalysis.MaybeNull] [RequirePermission(\"a.b\", Blocking = true)] T Get<T>(); [System.Diagnostics.CodeAnalysis.DisallowNull] [Unguarded(\"why\")] string? P { get; set; } }")]
    [InlineData("[Guarded] public interface IOrders { [RequirePermission(\"a.b\", Blocking = true)] Task Done { [Unguarded(\"why\")] get; set; } [RequirePermission(\"a.b\")] IAsyncEnumerable<int> All { get; } [RequirePermission(\"a.b\")] IAsyncEnumerable<int> this[int _] { get; } [RequirePermission(\"a.b\")] IAsyncEnumerable<int> TailAsync<__>(int _, string ___); }")]
    [InlineData("[Guarded] public interface IOrders { [RequirePermission(\"a.b\", Blocking = true)] event EventHandler<string, int> A; [RequirePermission(\"a.b\", AuditLevel = AuditLevel.DenialsOnly)] event EventHandler<IOrders?, EventArgs>? B; [Unguarded(\"why\")] event EventHandler<object, Span<int>> C; }")]
    [InlineData("public class Request { [Audited] public dynamic? D { get; set; } } public struct Small { [Sensitive] public dynamic D => 1; } [Guarded] public interface IOrders { [RequirePermission(\"a.b\")] IAsyncEnumerable<int> ListAsync(Request r); [RequirePermission(\"a.b\")] Task RunAsync(Request r, Small s, dynamic d); [RequirePermission(\"a.b\", Blocking = true)] void Run([Audited] dynamic d, dynamic? e); }")]
    [InlineData("public interface IA { [Resource(\"a\")] int Id { get; } } public interface IB { [Resource(\"b\")] int Id { get; } } public interface IC : IA, IB; [Guarded] public interface IOrders { [RequirePermission(\"a.b\")] Task RunAsync(IC c); [RequirePermission(\"a.b\")] Task MaybeAsync(IC? c); [RequirePermission(\"a.b\")] Task RunAsync<T>(T c) where T : IA, IB; }")]
    [InlineData("public interface IA { int Id { get; } } public interface IB : IA { [Audited] new int Id { get; } } public interface IC : IB; [Guarded] public interface IOrders { [RequirePermission(\"a.b\")] Task RunAsync(IC? c); }")]
    [InlineData("[Guarded, Obsolete(\"no\", true)] public interface IOrders { [RequirePermission(\"a.b\")] Task RunAsync(); [Unguarded(\"why\")] event Action E; }")]
    [InlineData("[Guarded, Obsolete(\"no\", true)] public interface IOrders<T> { [RequirePermission(\"a.b\")] Task RunAsync(T item); }")]
    [InlineData("[Guarded, System.Diagnostics.CodeAnalysis.Experimental(\"EXP1\")] public interface IOrders { [RequirePermission(\"a.b\")] Task RunAsync(); }")]
    [InlineData("[Guarded] public interface IOrders { [RequirePermission(\"a.b\")] IAsyncEnumerable<int>? Get(CancellationToken ct); [RequirePermission(\"a.b\", AuditLevel = AuditLevel.DenialsOnly)] IAsyncEnumerable<int>? All { get; } [Unguarded(\"why\")] IAsyncEnumerable<int>? Free(); }")]
    [InlineData("[Guarded] public interface IOrders { [RequirePermission(\"a.b\", Blocking = true, Deferred = \"why\")] ref T Get<T>(ref T s); [RequirePermission(\"a.b\", Blocking = true)] ref readonly string? Name { get; } }")]
    public void An_odd_interface_compiles_without_a_warning(string source)
    {
        var (result, output) = Source.Generate(Source.Compile(source));
        Assert.Equal(2, result.GeneratedTrees.Length);
        AssertNoWarning(output);
    }

    [Theory]
    [InlineData("namespace Shop; [Guarded] public interface IOrders; [Guarded] public interface Orders;", "IOrders_Guard", "Orders_Guard")]
    [InlineData("namespace Shop; [Guarded] public interface IOrders; [Guarded] public interface Orders<T>;", "OrdersGuard", "OrdersGuard<T>")]
    [InlineData("namespace Shop; [Guarded] public interface IOrders<T>; [Guarded] public interface Orders<T>;", "IOrders_Guard<T>", "Orders_Guard<T>")]
    [InlineData("namespace Shop; [Guarded] public interface IOrders; public class OrdersGuard;", "IOrders_Guard")]
    [InlineData("namespace Shop; [Guarded] public interface IOrders; public class OrdersGuard<T>;", "OrdersGuard")]
    [InlineData("namespace Shop; [Guarded] public interface IOrders; public interface Orders;", "OrdersGuard")]
    [InlineData("namespace Shop; [Guarded] public interface IOuterOrders; public class Outer { [Guarded] public interface IOrders; }", "IOuterOrders_Guard", "Outer_IOrders_Guard")]
    [InlineData("namespace Shop; public class A { [Guarded] public interface IBC; } public class AB { [Guarded] public interface C; }", "AB_C_Guard", "A_IBC_Guard")]
    [InlineData("namespace Shop; public class Outer<T> { [Guarded] public interface IOrders; } [Guarded] public interface OuterOrders<T>;", "OuterOrders_Guard<T>", "Outer_IOrders_Guard<T>")]
    [InlineData("namespace Shop; [Guarded] public interface IOrders; [Guarded] public interface IORDERS; [Guarded] public interface iOrders;", "ORDERSGuard", "OrdersGuard", "iOrdersGuard")]
    [InlineData("namespace Shop; [Guarded] public interface IOrders<T>; [Guarded] public interface IOrders_1;", "OrdersGuard<T>", "Orders_1Guard")]
    [InlineData("namespace Shop { [Guarded] public interface IOrders; } namespace Depot { [Guarded] public interface Orders; }", "OrdersGuard", "OrdersGuard")]
    [InlineData("namespace Shop { [Guarded] public interface IOrders; } namespace shop { [Guarded] public interface IOrders; }", "OrdersGuard", "OrdersGuard")]
    [InlineData("namespace Shop.outer { [Guarded] public interface IOrders; } namespace Shop { public class Outer { [Guarded] public interface IOrders; } }", "OrdersGuard", "OuterOrdersGuard")]
    [InlineData("namespace Shop; [Guarded] public interface IOrders; [Guarded] public interface IORDERS; [Guarded] public interface IOrders<T, U>;", "ORDERSGuard", "OrdersGuard", "OrdersGuard<T, U>")]
    [InlineData("namespace Shop { [Guarded] public interface IOrders; } namespace Shop.OrdersGuard { public class C; }", "IOrders_Guard")]
    [InlineData("namespace Shop; [Guarded] public interface IOrders<T> { [RequirePermission(\"a.b\")] Task RunAsync(); } public class OrdersGuardRules;", "IOrders_Guard<T>")]
    [InlineData("namespace Shop; [Guarded] public interface IOrders<T> { [RequirePermission(\"a.b\")] Task RunAsync(); } public class OrdersGuardRules<T>;", "OrdersGuard<T>")]
    [InlineData("namespace Shop; [Guarded] public interface IOrders { [RequirePermission(\"a.b\", AuditLevel = AuditLevel.DenialsOnly)] Task RunAsync<OrdersGuard>(); }", "IOrders_Guard")]
    [InlineData("[Guarded] public interface GuardCatalogue;", "GuardCatalogueGuard")]
    [InlineData("[Guarded] public interface IOrders; [Guarded] public interface Orders;", "IOrders_Guard", "Orders_Guard")]
    public void No_guard_is_named_like_another(string source, params string[] expected)
    {
        // All of them compile, each with its guard and its line in the catalogue.
        var (result, output) = Source.Generate(Source.Compile(source));
        Assert.Empty(result.Diagnostics);
        AssertNoWarning(output);
        const string begin = "internal sealed class ";
        var guards = result.Results[0].GeneratedSources.SelectMany(generated => generated.SourceText.ToString().Split('\n'))
            .Where(line => line.StartsWith(begin, StringComparison.Ordinal) && line.EndsWith(" :", StringComparison.Ordinal))
            .Select(line => line[begin.Length..^2]);
        Assert.Equal(expected.Order(StringComparer.Ordinal), guards.Order(StringComparer.Ordinal));
        Assert.Equal(expected.Length + 1, result.GeneratedTrees.Length);
    }

    [Fact]
    public void Generated_text_is_the_same_whatever_the_order_of_sources()
    {
        const string one = "namespace Shop; [Guarded] interface IOne { [RequirePermission(\"one.get\")] Task GetAsync(); }";
        const string two = "namespace Shop; [Guarded] interface ITwo { [RequirePermission(\"two.get\")] Task GetAsync(); }";
        Assert.Equal(Generated(Source.Compile(one, two)).Order(StringComparer.Ordinal), Generated(Source.Compile(two, one)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("[Guarded] interface {|IA1012:IBroken|} { [Unguarded(\"why\")] event Missing Changed; }")]
    [InlineData("[Guarded] interface {|IA1012:IBroken|} { [Unguarded(\"why\")] event int[] Changed; }")]
    [InlineData("[Guarded] interface {|IA1012:IBroken|} { [Unguarded(\"why\")] event Action ; }")]
    [InlineData("class Broken { [Guarded] void Run() { } }")]
    public void What_fails_at_one_interface_is_told_there_and_the_others_have_their_guards(string marked)
    {
        var (broken, places) = Marked.Parse(marked);
        var (result, _) = Source.Generate(Source.Compile(broken, "[Guarded] interface IOrders { [RequirePermission(\"a.b\")] Task RunAsync(); }"));
        Assert.Equal("GuardCatalogue.g.cs IOrders.g.cs", string.Join(' ', HintNames(result).Order(StringComparer.Ordinal)));
        Assert.Equal(
            places.Select(place => (place.Id, place.Start, DiagnosticSeverity.Error)),
            result.Diagnostics.Select(diagnostic => (diagnostic.Id, diagnostic.Location.SourceSpan.Start, diagnostic.Severity)));
    }

    private static void Check(string name, string source)
    {
        var (result, output) = Source.Generate(Source.Compile(source));
        Assert.Empty(result.Diagnostics);
        AssertNoWarning(output);
        Assert.Contains(result.GeneratedTrees, tree => tree.FilePath.EndsWith("GuardCatalogue.g.cs", StringComparison.Ordinal));
        var texts = result.Results[0].GeneratedSources.Select(generated => $"// {generated.HintName}\n{generated.SourceText}");
        // Not a new snapshot for each version.
        var text = string.Join('\n', texts).Replace(GuardWriter.GeneratedCode, "[GeneratedCode]", StringComparison.Ordinal);
        Snapshot.Matches(name, $"// {source.ReplaceLineEndings("\n// ")}\n\n{text}");
    }

    private static void AssertNoWarning(Compilation output)
    {
        var warnings = string.Join('\n', output.GetDiagnostics().Where(diagnostic => diagnostic.Severity != DiagnosticSeverity.Hidden));
        Assert.True(warnings.Length == 0, warnings);
    }

    private static IEnumerable<string> HintNames(GeneratorDriverRunResult result) =>
        result.Results.Where(run => run.Exception is null).SelectMany(run => run.GeneratedSources).Select(source => source.HintName);

    private static IEnumerable<string> Generated(Microsoft.CodeAnalysis.CSharp.CSharpCompilation compilation) =>
        Source.Generate(compilation).Result.Results[0].GeneratedSources.Select(source => source.SourceText.ToString());
}
