namespace ImmutableAudit.Generators.Tests;

/// <summary>What is wrong with a guarded interface is reported, where it is, and keeps the guard from being written.</summary>
public sealed class GuardedInterfaceAnalyzerTests
{
    private const string Fine = "[RequirePermission(\"orders.run\", Blocking = true)]";

    [Theory]
    // IA1001: no rule
    [InlineData("void {|IA1001:Run|}();")]
    [InlineData("int {|IA1001:Limit|} { get; }")]
    [InlineData("int {|IA1001:Limit|} { [Unguarded(\"why\")] get; set; }")]
    [InlineData("int {|IA1001:this|}[int index] { get; }")]
    [InlineData("event EventHandler {|IA1001:Changed|};")]
    [InlineData("int {|IA1001:Next|}(int number) => number + 1;")]
    // IA1002: malformed permission
    [InlineData("[{|IA1002:RequirePermission(\"orders\", Blocking = true)|}] void Run();")]
    [InlineData("[{|IA1002:RequirePermission(\"Orders.Run\", Blocking = true)|}] void Run();")]
    [InlineData("[{|IA1002:RequirePermission(\"orders.*\", Blocking = true)|}] void Run();")]
    [InlineData("[{|IA1002:RequirePermission(\"orders. run\", Blocking = true)|}] void Run();")]
    [InlineData("[{|IA1002:RequirePermission(\"orders..run\", Blocking = true)|}] void Run();")]
    [InlineData("[{|IA1002:RequirePermission(\"orders.run\\n\", Blocking = true)|}] void Run();")]
    [InlineData("[{|IA1002:RequirePermission(\"orders.-run\", Blocking = true)|}] void Run();")]
    [InlineData("[{|IA1002:RequirePermission(\"orders.run-\", Blocking = true)|}] void Run();")]
    [InlineData("[{|IA1002:RequirePermission(\"a.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\", Blocking = true)|}] void Run();")]
    [InlineData("[{|IA1002:RequirePermission(\"\", Blocking = true)|}] void Run();")]
    [InlineData("[{|IA1002:RequirePermission(null!, Blocking = true)|}] void Run();")]
    // IA1003: blank reason
    [InlineData("[{|IA1003:Unguarded(\" \")|}] void Run();")]
    [InlineData("[{|IA1003:RequirePermission(\"orders.run\", Blocking = true, Deferred = \"\")|}] void Run();")]
    // IA1006: sensitive, and on record
    [InlineData(Fine + " void Run([Sensitive, {|IA1006:Audited|}] string iban);")]
    [InlineData(Fine + " void Run([{|IA1006:Resource(\"order\")|}, Sensitive] string iban);")]
    [InlineData(Fine + " void Run([{|IA1006:Audited|}] Secret secret);")]
    [InlineData(Fine + " void Run([{|IA1006:Sensitive|}] Open open);")]
    [InlineData(Fine + " void Run([{|IA1006:Resource(\"x\")|}] Outer outer);")]
    [InlineData(Fine + " void Run([{|IA1006:Audited|}] (int, Outer[])? pair);")]
    [InlineData(Fine + " void Run<T>([{|IA1006:Audited|}] T item) where T : List<Outer>, IComparable<T>;")]
    [InlineData(Fine + " void Run([{|IA1006:Resource(\"x\")|}] Pair pair);")]
    [InlineData(Fine + " void Run([{|IA1006:Resource(\"x\")|}] Box<Box<Secret>> box);")]
    [InlineData(Fine + " [{|IA1006:Audited|}] Outer this[int index] { set; }")]
    // IA1007: deferred
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] IEnumerable<int> List();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] IQueryable<int> Query();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\")|}] Task<Stream> OpenAsync();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\")|}] Task<FileStream> OpenAsync();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] Func<int> Later();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] Lazy<int> Later();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\")|}] Task<IOrders> SelfAsync();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] List<IOrders[]> Selves();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\")|}] Task<Task<int>> TwiceAsync();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] System.Runtime.CompilerServices.ConfiguredTaskAwaitable Wait();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] ref int Slot();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] bool TryOpen(out Stream stream);")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] IEnumerable<int> All { get; }")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] EnumerableQuery<int> Query();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] IOrderedQueryable<int> Query();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] IQuery Query();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\")|}] Task<List<IQuery>> QueriesAsync();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\")|}] Task<IFeed> FeedAsync();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] Tail Tail();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] Job Start();")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] ISlow Start();")]
    [InlineData("[{|IA1007,IA1011:RequirePermission(\"orders.watch\", Elevated = true, Blocking = true)|}] event EventHandler Changed;")]
    [InlineData("[Unguarded(\"fluent\")] IOrders {|IA1007:With|}(int number);")]
    [InlineData("[Unguarded(\"fluent\")] bool {|IA1007:TryWith|}(out IOrders? with);")]
    [InlineData("[Unguarded(\"fluent\")] Task<IOrders> {|IA1007:Self|} { get; }")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] T Open<T>() where T : Stream;")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] T Self<T>() where T : class, IOrders;")]
    [InlineData("[{|IA1007:RequirePermission(\"orders.run\")|}] Task<List<U>> SelvesAsync<T, U>() where T : IOrders where U : T;")]
    [InlineData("[Unguarded(\"fluent\")] T {|IA1007:Self|}<T>() where T : IOrders;")]
    // IA1009: elevated, with less on record
    [InlineData("[{|IA1009:RequirePermission(\"orders.run\", Elevated = true, AuditLevel = AuditLevel.Decision)|}] Task RunAsync(CancellationToken ct);")]
    [InlineData("[{|IA1009:RequirePermission(\"orders.run\", Elevated = true, AuditLevel = AuditLevel.DenialsOnly)|}] Task RunAsync(CancellationToken ct);")]
    // IA1010: synchronous, recorded
    [InlineData("[{|IA1010:RequirePermission(\"orders.run\")|}] void Run();")]
    [InlineData("[{|IA1010:RequirePermission(\"orders.run\", AuditLevel = AuditLevel.Decision)|}] int Limit { get; }")]
    [InlineData("[{|IA1010:RequirePermission(\"orders.run\")|}] event EventHandler Changed;")]
    // IA1011: elevated, without a token
    [InlineData("[RequirePermission(\"orders.run\", Elevated = true)] Task {|IA1012:RunAsync|}(in CancellationToken ct);")]
    [InlineData("[{|IA1011:RequirePermission(\"orders.run\", Elevated = true)|}] Task RunAsync();")]
    [InlineData("[{|IA1011:RequirePermission(\"orders.run\", Elevated = true, Blocking = true)|}] int Limit { get; }")]
    // IA1012: cannot be guarded
    [InlineData("[RequirePermission(\"orders.run\")] Task {|IA1012:RunAsync|}(ref int number);")]
    [InlineData("[RequirePermission(\"orders.run\")] Task {|IA1012:RunAsync|}(Span<int> numbers);")]
    [InlineData("[RequirePermission(\"orders.run\")] ValueTask<int> {|IA1012:RunAsync|}(in int number);")]
    [InlineData("[RequirePermission(\"orders.run\")] Task {|IA1012:RunAsync|}<T>(T item) where T : allows ref struct;")]
    [InlineData("[RequirePermission(\"orders.run\")] IAsyncEnumerable<int> {|IA1012:ListAsync|}(out int count);")]
    [InlineData("[RequirePermission(\"orders.run\", Blocking = true)] Task<int> {|IA1012:Total|} { get; }")]
    [InlineData("Task {|IA1012:Done|} { [RequirePermission(\"orders.run\")] get; [Unguarded(\"why\")] set; }")]
    [InlineData("[RequirePermission(\"orders.run\", AuditLevel = AuditLevel.DenialsOnly)] ValueTask {|IA1012:this|}[int index] { get; }")]
    [InlineData("[Unguarded(\"why\")] unsafe int* {|IA1012:Address|}();")]
    [InlineData("[Unguarded(\"why\")] unsafe void {|IA1012:Call|}(delegate*<int, void>[] pointers);")]
    [InlineData("[Unguarded(\"why\")] int {|IA1012:Limit|} { get; init; }")]
    [InlineData("static abstract int {|IA1012:Make|}();")]
    [InlineData("[Unguarded(\"why\")] protected int {|IA1012:Make|}();")]
    [InlineData("[Unguarded(\"why\")] event Func<int> {|IA1012:Asked|};")]
    // IA1013: two resources
    [InlineData(Fine + " void {|IA1013:Run|}([Resource(\"order\")] int a, [Resource(\"shop\")] int b);")]
    [InlineData(Fine + " void {|IA1013:Run|}([Resource(\"order\")] int a, Request request);")]
    // IA1014: no effect
    [InlineData("[{|IA1014:RequirePermission(\"orders.run\")|}] static void Run() { }")]
    [InlineData("[{|IA1014:Unguarded(\"why\")|}] sealed void Run() { }")]
    [InlineData("[{|IA1014:Unguarded(\"why\")|}] private void Run() { }")]
    [InlineData("[Unguarded(\"why\")] void Run([{|IA1014:Audited|}] int number);")]
    // IA1015: Member
    [InlineData("[{|IA1015:RequirePermission(\"orders.run\", Blocking = true, Member = \"Run\")|}] void Run();")]
    // IA1016: two rules
    [InlineData("[RequirePermission(\"orders.run\", Blocking = true), {|IA1016:Unguarded(\"why\")|}] void Run();")]
    [InlineData("[RequirePermission(\"orders.run\", Blocking = true), {|IA1016:RequirePermission(\"orders.run\")|}] void Run();")]
    // IA1017: cannot go on record
    [InlineData(Fine + " void Run([{|IA1017:Audited|}] out int number);")]
    [InlineData(Fine + " void Run([{|IA1017:Audited|}] Span<int> numbers);")]
    [InlineData(Fine + " void Run([{|IA1017:Resource(\" \")|}] int number);")]
    public async Task A_member_that_cannot_be_guarded_is_reported_and_no_guard_is_written(string member)
    {
        var source = In(member);
        var found = await Marked.ReportsAsync(source);
        var generated = Source.Generate(Source.Compile(Marked.Parse(source).Text)).Result.GeneratedTrees;
        Assert.Equal(found.Any(diagnostic => diagnostic.DefaultSeverity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error), generated.IsEmpty);
    }

    [Theory]
    [InlineData("[RequirePermission(\"orders.run\")] Task RunAsync(CancellationToken ct);")]
    [InlineData("[RequirePermission(\"2-orders.run--all.now\", Elevated = true)] Task RunAsync(CancellationToken ct);")]
    [InlineData("[RequirePermission(\"orders.run\", AuditLevel = AuditLevel.DenialsOnly)] int Run();")]
    [InlineData("[RequirePermission(\"orders.run\", Blocking = true)] int Run(ref int a, Span<int> b, out int c);")]
    [InlineData("[RequirePermission(\"orders.run\", Blocking = true, Deferred = \"a constant\")] IEnumerable<int> List();")]
    [InlineData("[RequirePermission(\"orders.run\")] Task<List<string>> ListAsync();")]
    [InlineData("[RequirePermission(\"orders.run\")] Task<IReadOnlyList<int>> ListAsync();")]
    [InlineData("[RequirePermission(\"orders.run\")] IAsyncEnumerable<int> ListAsync();")]
    [InlineData("[Unguarded(\"public\")] Task RunAsync(in int number);")]
    [InlineData("[Unguarded(\"public\")] IEnumerable<int> List();")]
    [InlineData("[RequirePermission(\"orders.run\", Blocking = true)] void Run([Resource(\"x\")] Key<Secret> key, [Audited] Node<int> node, [Sensitive] Outer outer, Outer other);")]
    [InlineData("[RequirePermission(\"orders.run\", Blocking = true)] T Largest<T>(object? a, T b) where T : class, IComparable<T>, IDisposable;")]
    [InlineData("[RequirePermission(\"orders.run\")] Task<T?> FindAsync<T, U>() where T : IEquatable<U> where U : IEquatable<T>;")]
    [InlineData("[Unguarded(\"public\")] object Lock(out IDisposable held);")]
    [InlineData("int Limit { [Unguarded(\"public\")] get; [RequirePermission(\"orders.run\", Blocking = true)] set; }")]
    [InlineData("[RequirePermission(\"orders.run\", Blocking = true)] Task Done { [Unguarded(\"public\")] get; set; }")]
    [InlineData("[RequirePermission(\"orders.run\")] IAsyncEnumerable<int> All { get; }")]
    [InlineData("[RequirePermission(\"orders.run\", Blocking = true)] [Sensitive] string this[[Resource(\"secret\")] string name] { set; }")]
    [InlineData("[RequirePermission(\"orders.run\", Blocking = true)] [Resource(\"secret\")] string this[string name, int number] { get; set; }")]
    [InlineData("[RequirePermission(\"orders.run\", Blocking = true)] void Run(Request request, [Audited] int a, [Sensitive] int b);")]
    [InlineData("static int Zero => 0; sealed int One() => 1; class Inner { } const int Two = 2;")]
    public async Task A_member_in_order_is_not_reported_and_its_guard_is_written(string member)
    {
        await Marked.ReportsAsync(In(member));
        Assert.Equal(2, Source.Generate(Source.Compile(In(member))).Result.GeneratedTrees.Length);
    }

    [Theory]
    [InlineData("class C { [Guarded] private interface {|IA1012:IOrders|}; }")]
    [InlineData("class C { [Guarded] protected interface {|IA1012:IOrders|}; }")]
    [InlineData("class C { private class D { [Guarded] public interface {|IA1012:IOrders|}; } }")]
    [InlineData("[Guarded] file interface {|IA1012:IOrders|};")]
    [InlineData("[Guarded] [{|IA1014:RequirePermission(\"orders.run\")|}] interface IOrders;")]
    [InlineData("[Guarded] [{|IA1015:Unguarded(\"why\", Member = \"Dispose\")|}] interface IOrders;")]
    [InlineData("[Guarded] [{|IA1015:Unguarded(\"why\", Member = \"Disposed\")|}] [Unguarded(\"why\", Member = \"Dispose\")] interface IOrders : IDisposable;")]
    [InlineData("[Guarded] [Unguarded(\"why\", Member = \"Dispose\")] interface IOrders : IDisposable;")]
    [InlineData("[Guarded] interface {|IA1001:IOrders|} : IDisposable;")]
    [InlineData("[Guarded] [{|IA1012:RequirePermission(\"orders.dispose\", Member = \"Dispose\")|}] interface IOrders : IDisposable;")]
    [InlineData("interface IJob { Task Done { get; } } [Guarded] [{|IA1012:RequirePermission(\"orders.done\", Member = \"Done\")|}] interface IOrders : IJob;")]
    [InlineData("[Guarded] [{|IA1010:RequirePermission(\"orders.compare\", Member = \"CompareTo\")|}] interface IOrders : IComparable<int>;")]
    [InlineData("interface IBase { int Size { get; set; } } [Guarded] [Unguarded(\"why\", Member = \"Size.get\")] interface {|IA1001:IOrders|} : IBase;")]
    [InlineData("[Guarded] interface IBase { void {|IA1001:Run|}(); } [Guarded] interface IOrders : IBase;")]
    [InlineData("[Guarded] interface IBase { [Unguarded(\"why\")] void Run(); } [Guarded] [{|IA1015:RequirePermission(\"orders.run\", Member = \"Run\")|}] interface IOrders : IBase;")]
    [InlineData("""
        interface IBase { void Run(); }
        [Guarded] [Unguarded("why", Member = "Run")] interface IOne : IBase;
        [Guarded] [RequirePermission("orders.run", Blocking = true, Member = "Run")] interface ITwo : IBase;
        [Guarded] interface {|IA1016:IOrders|} : IOne, ITwo;
        """)]
    [InlineData("""
        interface IBase { void Run(); }
        [Guarded] [Unguarded("why", Member = "Run")] interface IOne : IBase;
        [Guarded] [RequirePermission("orders.run", Blocking = true, Member = "Run")] interface ITwo : IBase;
        [Guarded] [RequirePermission("orders.run", Blocking = true, Member = "Run")] interface IOrders : IOne, ITwo;
        """)]
    [InlineData("[Guarded] interface IOrders { [Unguarded(\"why\")] int Size(); } [Guarded] interface IMore : IOrders { [{|IA1014:Unguarded(\"why\")|}] int IOrders.Size() => 1; }")]
    [InlineData("[Guarded] interface IOrders { [{|IA1007:RequirePermission(\"orders.run\", Blocking = true)|}] Orders Self(); } class Orders : IOrders { public Orders Self() => this; }")]
    [InlineData("class Both { [Sensitive, {|IA1006:Audited|}] public int Size { get; set; } } [Guarded] interface IOrders { [RequirePermission(\"orders.run\")] Task RunAsync(Both both); }")]
    [InlineData("record Inner([property: Sensitive] string Secret); record Outer([{|IA1006:Resource(\"order\")|}] List<Inner?> Inner); [Guarded] interface IOrders { [RequirePermission(\"orders.run\")] Task RunAsync(Outer outer); }")]
    [InlineData("class Request { [{|IA1017:Audited|}] public int Size { set { } } } [Guarded] interface IOrders { [RequirePermission(\"orders.run\")] Task RunAsync(Request request); }")]
    [InlineData("class Request { [{|IA1017:Audited|}] private int Size { get; set; } } [Guarded] interface IOrders { [RequirePermission(\"orders.run\")] Task RunAsync(Request request); }")]
    [InlineData("class Base { [Resource(\"order\")] public virtual int Id { get; set; } } class Request : Base { public override int Id { get; set; } } [Guarded] interface IOrders { [RequirePermission(\"orders.run\")] Task {|IA1013:RunAsync|}(Request request, [Resource(\"shop\")] int shop); }")]
    [InlineData("""
        interface IQuery { IQuery Where(string w); int Count(); }
        [Guarded]
        [{|IA1007:RequirePermission("query.where", Member = "Where", Blocking = true)|}]
        [RequirePermission("query.count", Member = "Count", Blocking = true)]
        interface IOrders : IQuery;
        """)]
    [InlineData("interface IQuery { IQuery Where(string w); } [Guarded] [Unguarded(\"fluent\", Member = \"Where\")] interface {|IA1007:IOrders|} : IQuery;")]
    [InlineData("interface IQuery<out T>; [Guarded] interface IOrders : IQuery<string> { [{|IA1007:RequirePermission(\"orders.run\")|}] Task<IQuery<object>?> AllAsync(); }")]
    [InlineData("interface IQuery<T>; [Guarded] interface IOrders<T> : IQuery<T> { [{|IA1007:RequirePermission(\"orders.run\")|}] Task<IQuery<U>> AsAsync<U>(); [Unguarded(\"why\")] IQuery<int[]> Counts(); }")]
    [InlineData("[Guarded] interface IOrders<TSelf> where TSelf : IOrders<TSelf> { [{|IA1007:RequirePermission(\"orders.with\", Blocking = true)|}] TSelf With(string w); }")]
    [InlineData("[Guarded] [Unguarded(\"why\", Member = \"Dispose\")] interface IOrders : IDisposable { [RequirePermission(\"orders.lock\")] Task<IDisposable> LockAsync(); }")]
    [InlineData("""
        interface IStock : IReadOnlyDictionary<string, int>;
        [Guarded]
        [Unguarded("why", Member = "Keys"), Unguarded("why", Member = "Values"), Unguarded("why", Member = "Count"), Unguarded("why", Member = "Item")]
        [Unguarded("why", Member = "ContainsKey"), Unguarded("why", Member = "TryGetValue"), Unguarded("why", Member = "GetEnumerator")]
        interface IOrders : IStock;
        """)]
    public Task An_interface_is_looked_at_as_a_whole(string source) => Marked.ReportsAsync(source);

    [Fact]
    public void An_inherited_member_without_a_rule_keeps_the_heirs_guard_from_being_written()
    {
        var (result, _) = Source.Generate(Source.Compile(
            "[Guarded] interface IBase { void Run(); } [Guarded] interface IOrders : IBase { [Unguarded(\"why\")] void Go(); }"));
        Assert.Empty(result.GeneratedTrees);
    }

    [Fact]
    public async Task A_message_says_what_where_and_what_to_do()
    {
        var found = await Marked.ReportsAsync(In("void {|IA1001:Run|}();"));
        Assert.Equal(
            "'IOrders.Run' has no rule: put [RequirePermission(\"resource.verb\")] on it, or [Unguarded(\"why\")]",
            Assert.Single(found).GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_sensitive_part_is_told_by_the_way_to_it()
    {
        var found = await Marked.ReportsAsync(In(Fine + " void Run([{|IA1006:Resource(\"x\")|}] Pair pair);"));
        Assert.Equal(
            "'pair.Both.Inner.Iban' is [Sensitive], so its value must not reach the log, but [Resource] on 'pair' as a whole puts it there: remove one of the two",
            Assert.Single(found).GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_property_that_would_have_to_wait_is_to_become_a_method()
    {
        var found = await Marked.ReportsAsync(In("[RequirePermission(\"orders.count\")] Task<int> {|IA1012:Total|} { get; }"));
        Assert.Equal(
            "'IOrders.Total.get' cannot be guarded: a property cannot wait for its decision; make it a method that returns 'Task<int>'",
            Assert.Single(found).GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string In(string member) => $$"""
        public record Request([Resource("order")] int Id, [Audited] int Amount);
        public class Secret { [Sensitive] public string Iban { get; set; } = ""; }
        public record Outer(Secret Inner);
        public record struct Pair { public (Outer Outer, int Number) Both; }
        public record Box<T>(T Content);
        public record Key<T>(int Id) { public static Key<T>? None; }
        public record Node<T>(T Item, Node<Node<T>>? Next, Node<(T, T)>? Other);
        public class Open { [Audited] public string Name { get; set; } = ""; }
        public interface IQuery : IQueryable<int>;
        public interface IFeed : IObservable<int>;
        public abstract class Tail : IAsyncEnumerable<int> { public abstract IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken ct = default); }
        public class Job() : Task<int>(() => 1);
        public interface IAwaited { System.Runtime.CompilerServices.TaskAwaiter GetAwaiter(); }
        public interface ISlow : IAwaited;
        [Guarded] public interface IOrders { {{member}} }
        """;
}
