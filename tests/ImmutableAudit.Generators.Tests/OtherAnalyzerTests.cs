namespace ImmutableAudit.Generators.Tests;

/// <summary>What is wrong around guarded interfaces.</summary>
public sealed class OtherAnalyzerTests
{
    private const string Orders = """
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.DependencyInjection.Extensions;
        [Guarded] public interface IOrders
        {
            [RequirePermission("orders.run")] Task RunAsync(int number);
            [RequirePermission("orders.limit", Blocking = true)] int Limit { get; set; }
            [RequirePermission("orders.watch", Blocking = true)] event EventHandler? Changed;
            [Unguarded("public")] int Weather();
        }
        public interface IOther;
        public class Orders : IOrders, IOther
        {
            public Task RunAsync(int number) => Task.CompletedTask;
            public int Limit { get; set; }
            public event EventHandler? Changed { add { } remove { } }
            public int Weather() => 1;
        }

        """;

    [Theory]
    [InlineData("{|IA1004:services.AddSingleton<IOrders, Orders>()|};")]
    [InlineData("{|IA1004:services.AddScoped<IOrders, Orders>()|};")]
    [InlineData("{|IA1004:services.AddTransient<IOrders>(_ => new Orders())|};")]
    [InlineData("{|IA1004:services.AddSingleton<Orders>()|};")]
    [InlineData("{|IA1004:services.AddSingleton(new Orders())|};")]
    [InlineData("{|IA1004:services.AddSingleton<IOther, Orders>()|};")]
    [InlineData("{|IA1004:services.AddSingleton(typeof(IOrders), typeof(Orders))|};")]
    [InlineData("{|IA1004:services.AddKeyedScoped<IOrders, Orders>(\"key\")|};")]
    [InlineData("{|IA1004:services.TryAddScoped<IOrders, Orders>()|};")]
    [InlineData("{|IA1004:ServiceCollectionServiceExtensions.AddSingleton<IOrders, Orders>(services)|};")]
    [InlineData("services.TryAddEnumerable({|IA1004:ServiceDescriptor.Singleton<IOrders, Orders>()|});")]
    [InlineData("services.Add({|IA1004:new ServiceDescriptor(typeof(IOrders), typeof(Orders), ServiceLifetime.Scoped)|});")]
    [InlineData("{|IA1018:provider.GetRequiredService<Orders>()|};")]
    [InlineData("{|IA1018:provider.GetService(typeof(Orders))|};", "System.IServiceProvider is not an extension")]
    [InlineData("{|IA1018:ActivatorUtilities.CreateInstance<Orders>(provider)|};")]
    [InlineData("services.AddSingleton<IOther>(_ => null!);")]
    [InlineData("services.AddSingleton<IDisposable, MemoryStream>();")]
    [InlineData("services.AddGuarded<IOrders, Orders>();")]
    [InlineData("_ = provider.GetRequiredService<IOrders>();")]
    public Task A_registration_around_the_guard_is_reported(string statement, string? silent = null) => Marked.ReportsAsync(
        Orders + $$"""
        namespace Microsoft.Extensions.DependencyInjection
        {
            public static class Guarding
            {
                public static void AddGuarded<TInterface, TImplementation>(this IServiceCollection services) { }
            }
        }
        class Startup { void Configure(IServiceCollection services, IServiceProvider provider) { {{(silent is null ? statement : statement.Replace("{|IA1018:", "", StringComparison.Ordinal).Replace("|}", "", StringComparison.Ordinal))}} } }
        """);

    [Theory]
    [InlineData("class Page(Orders {|IA1018:orders|}) { object O => orders; }")]
    [InlineData("class Page { public Page(Orders {|IA1018:orders|}) { } }")]
    [InlineData("class Page(IOrders orders) { object O => orders; }")]
    [InlineData("class Page { private Page(Orders orders) { } }")]
    [InlineData("class Page(IOther other) { object O => other; }")]
    public Task An_implementation_injected_around_the_guard_is_reported(string type) => Marked.ReportsAsync(Orders + type);

    [Theory]
    [InlineData("Task Go() => {|IA1005:RunAsync(1)|};")]
    [InlineData("Task Go() => {|IA1005:this.RunAsync(1)|};")]
    [InlineData("Task Go() => {|IA1005:((IMore)this).RunAsync(1)|};")]
    [InlineData("Func<int, Task> Go() => {|IA1005:RunAsync|};")]
    [InlineData("Func<Task> Go() => () => {|IA1005:RunAsync(1)|};")]
    [InlineData("int Go() => {|IA1005:Limit|};")]
    [InlineData("void Go() => {|IA1005:Limit|} = 1;")]
    [InlineData("void Go() => {|IA1005:Limit|}++;")]
    [InlineData("void Go() => {|IA1005:Changed += null|};")]
    [InlineData("public Task MoreAsync() => {|IA1005:RunAsync(1)|};")]
    [InlineData("int Go() => Weather();")]
    [InlineData("string Go() => nameof(Limit);")]
    [InlineData("Task Go(IMore other) => other.RunAsync(1);")]
    [InlineData("Task Go(More other) => other.RunAsync(1);")]
    [InlineData("static Task Go() => Helper(); static Task Helper() => Task.CompletedTask;")]
    public Task An_implementation_that_calls_its_own_guarded_member_is_reported(string member) => Marked.ReportsAsync(
        $$"""
        [Guarded] public interface IMore
        {
            [RequirePermission("orders.run")] Task RunAsync(int number);
            [RequirePermission("orders.limit", Blocking = true)] int Limit { get; set; }
            [RequirePermission("orders.watch", Blocking = true)] event EventHandler? Changed;
            [Unguarded("public")] int Weather();
        }
        public class More : IMore
        {
            public Task RunAsync(int number) => number == 0 ? Task.CompletedTask : RunAsync(number - 1);
            public int Limit { get; set; }
            public event EventHandler? Changed { add { } remove { } }
            public int Weather() => 1;
            {{member}}
        }
        """);

    [Theory]
    [InlineData("[RequirePermission(\"orders.more\")] Task MoreAsync() => {|IA1005:RunAsync()|};")]
    [InlineData("[Unguarded(\"why\")] int More => {|IA1005:Limit|};")]
    [InlineData("sealed Task MoreAsync() => RunAsync();")]
    [InlineData("static Task MoreAsync(IOrders orders) => orders.RunAsync();")]
    public Task A_default_member_that_calls_a_guarded_one_is_reported(string member) => Marked.ReportsAsync(
        $$"""
        [Guarded] public interface IOrders
        {
            [RequirePermission("orders.run")] Task RunAsync();
            [RequirePermission("orders.limit", Blocking = true)] int Limit { get; set; }
            {{member}}
        }
        """);

    [Theory]
    [InlineData("[RequirePermission(\"orders.run\")]", "[RequirePermission(\"orders.run\")]")]
    [InlineData("[RequirePermission(\"orders.run\")]", "[RequirePermission(\"orders.stop\", Elevated = true)]")]
    [InlineData("[RequirePermission(\"orders.run\")]", "[{|IA1008:RequirePermission(\"orders.run\", Elevated = true)|}]")]
    [InlineData("[RequirePermission(\"orders.run\")]", "[{|IA1008:RequirePermission(\"orders.run\", AuditLevel = AuditLevel.Decision)|}]")]
    [InlineData("[RequirePermission(\"orders.run\", AuditLevel = AuditLevel.DenialsOnly)]", "[{|IA1008:RequirePermission(\"orders.run\")|}]")]
    public Task A_permission_is_required_in_one_way(string one, string two) => Marked.ReportsAsync(
        $$"""
        [Guarded] interface IOne { {{one}} Task RunAsync(CancellationToken ct); }
        [Guarded] interface ITwo { {{two}} Task RunAsync(CancellationToken ct); }
        """);

    [Fact]
    public Task A_permission_on_a_lambda_or_local_function_is_required_in_the_same_way() => Marked.ReportsAsync(
        """
        [Guarded] interface IOrders { [RequirePermission("orders.run")] Task RunAsync(CancellationToken ct); }
        class Startup
        {
            Action Lambda() => [{|IA1008,IA1014:RequirePermission("orders.run", Elevated = true)|}] () => { };
            void Local()
            {
                Run();
                [{|IA1008,IA1014:RequirePermission("orders.run", Elevated = true)|}] void Run() { }
            }
        }
        """);

    [Fact]
    public async Task A_lambda_of_the_main_program_is_looked_at()
    {
        var program = Source.Compile("Func<int> run = [RequirePermission(\"orders.run\")] () => 1; run();")
            .WithOptions(Source.CompilationOptions.WithOutputKind(Microsoft.CodeAnalysis.OutputKind.ConsoleApplication));
        Assert.Equal("IA1014", Assert.Single(await Source.AnalyzeAsync(program)).Id);
    }

    [Theory]
    [InlineData("interface IOrders { [{|IA1014:RequirePermission(\"orders.run\")|}] void Run(); }")]
    [InlineData("interface IOrders { int Limit { [{|IA1014:RequirePermission(\"orders.run\")|}] get; } }")]
    [InlineData("class Orders { [{|IA1014:RequirePermission(\"orders.run\")|}] public void Run() { } }")]
    [InlineData("class Orders { [{|IA1014:Unguarded(\"why\")|}] public int Limit { get; set; } }")]
    [InlineData("class Orders { [{|IA1014:Unguarded(\"why\")|}] public event EventHandler? Changed { add { } remove { } } }")]
    [InlineData("[{|IA1014:RequirePermission(\"orders.run\", Member = \"Dispose\")|}] interface IOrders : IDisposable;")]
    [InlineData("class Orders { public void Run([{|IA1014:Audited|}] int number) { } }")]
    [InlineData("interface IOrders { void Run([{|IA1014:Resource(\"order\")|}] int number); }")]
    [InlineData("class Startup { Func<Task> Map() => [{|IA1014:RequirePermission(\"orders.purge\", Elevated = true)|}] async () => await Task.Yield(); }")]
    [InlineData("class Startup { Action<int> map = [{|IA1014:Unguarded(\"why\")|}] static ([{|IA1014:Audited|}] int number) => { }; }")]
    [InlineData("class Startup { Func<Action> Map() => () => [{|IA1014:RequirePermission(\"orders.purge\")|}] () => { }; }")]
    [InlineData("class Startup { void Map() { Run(1); [{|IA1014:RequirePermission(\"orders.purge\")|}] void Run([{|IA1014:Resource(\"order\")|}] int id) { } } }")]
    [InlineData("[Guarded] interface IOrders { [Unguarded(\"why\")] int Run() { return One(); [{|IA1014:RequirePermission(\"orders.run\")|}] int One() => 1; } }")]
    [InlineData("class Startup { Func<int, int> Map() => [Obsolete] (int number) => One(number); int One(int number) { return Two(number); int Two(int two) => two; } }")]
    [InlineData("class Request([Audited] int number) { [Audited] public int Number => number; }")]
    [InlineData("record Request([Resource(\"order\")] int Id);")]
    public Task An_attribute_outside_a_guarded_interface_is_reported(string source) => Marked.ReportsAsync(source);
}
