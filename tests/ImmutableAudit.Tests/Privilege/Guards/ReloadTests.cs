using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>A policy in configuration that changes while the host runs (PRIVILEGE.md P14, P15).</summary>
public sealed class ReloadTests : IDisposable
{
    private static readonly Dictionary<string, string?> First = new(StringComparer.Ordinal)
    {
        ["P:Version"] = "1",
        ["P:Roles:clerk:Allow:0"] = Permissions.Refund,
        ["P:Assignments:0:Id"] = "alice",
        ["P:Assignments:0:Roles:0"] = "clerk",
    };

    private readonly TestLogs _logs = new();
    private readonly InMemoryStore _store = new();
    private readonly LogLines _lines = new();
    private readonly Section _section = new(First);

    public static TheoryData<string> BadNames => [.. Bad.Keys];

    private static readonly Dictionary<string, Action<Dictionary<string, string?>>> Bad = new(StringComparer.Ordinal)
    {
        ["empty"] = section => section.Clear(),
        ["same version, changed"] = section => section["P:Assignments:1:Id"] = "bob",
        ["same version, another role"] = section => section["P:Roles:reader:Allow:0"] = Permissions.Read,
        ["malformed version"] = section => section["P:Version"] = "two",
        ["version 0"] = section => section["P:Version"] = "0",
        ["unknown permission"] = section => (section["P:Version"], section["P:Roles:clerk:Allow:1"]) = ("2", "no.such"),
        ["wildcard"] = section => (section["P:Version"], section["P:Roles:clerk:Allow:1"]) = ("2", "orders.*"),
        ["elevated and standing"] = section => (section["P:Version"], section["P:Roles:clerk:Allow:1"]) = ("2", Permissions.Purge),
        ["unreadable"] = section => section["throw"] = "",
    };

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_higher_version_is_deployed_and_takes_effect()
    {
        using var host = await StartAsync();
        var orders = host.Services.GetRequiredService<IOrders>();
        for (var version = 2; version < 5; version++)
        {
            _section.Set("P:Version", $"{version}");
            _section.Set("P:Assignments:0:Id", version % 2 == 0 ? "bob" : "alice");
            _section.Reload();
            await EntriesAsync("policy.deployed", version);
            var (may, mayNot) = version % 2 == 0 ? ("bob", "alice") : ("alice", "bob");
            using (GuardedShop.As(may))
            {
                await orders.RefundAsync("o", 1, "c");
            }

            using (GuardedShop.As(mayNot))
            {
                await Assert.ThrowsAsync<AccessDeniedException>(() => orders.RefundAsync("o", 1, "c"));
            }
        }

        // The same again, and a lower one, change nothing and are no offence.
        _section.Reload();
        _section.Set("P:Version", "1");
        _section.Reload();
        _section.Set("P:Version", "9");
        _section.Reload();
        await EntriesAsync("policy.deployed", 5);
        Assert.DoesNotContain(await StoredEntries.OfAsync(_store), entry => entry.Type == "policy.rejected");
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task A_bad_change_leaves_the_last_good_policy_in_force(string name)
    {
        using var host = await StartAsync();
        var orders = host.Services.GetRequiredService<IOrders>();
        _section.Change(Bad[name]);
        _section.Reload();
        var rejected = Assert.Single(await EntriesAsync("policy.rejected", 1));
        Assert.NotNull(rejected.Event.Reason);
        Assert.True(_lines.Contain("was not taken"));
        using (GuardedShop.As("alice"))
        {
            await orders.RefundAsync("o", 1, "c");
        }

        using (GuardedShop.As("bob"))
        {
            await Assert.ThrowsAsync<AccessDeniedException>(() => orders.RefundAsync("o", 1, "c"));
        }

        Assert.Single(await EntriesAsync("policy.deployed", 1));

        // And a good one after it is taken.
        _section.Change(section =>
        {
            section.Clear();
            foreach (var (key, value) in First)
            {
                section[key] = value;
            }

            section["P:Version"] = "7";
            section["P:Assignments:0:Id"] = "bob";
        });
        _section.Reload();
        await EntriesAsync("policy.deployed", 2);
        using (GuardedShop.As("bob"))
        {
            await orders.RefundAsync("o", 1, "c");
        }
    }

    [Fact]
    public async Task A_change_that_comes_before_the_host_has_started_is_not_missed()
    {
        using var host = Build();
        host.Services.GetRequiredService<AccessGuard>();
        _section.Set("P:Version", "2");
        _section.Set("P:Assignments:0:Id", "bob");
        _section.Reload();
        await host.StartAsync();
        await Waiting.ForAsync(() => StoredEntries.OfAsync(_store).GetAwaiter().GetResult().Any(IsSecond), "version 2");
        using (GuardedShop.As("bob"))
        {
            await host.Services.GetRequiredService<IOrders>().RefundAsync("o", 1, "c");
        }

        static bool IsSecond(AuditEntry entry) => entry.Type == "policy.deployed" && entry.Event.Details!.Root.GetProperty("version").GetInt32() == 2;
    }

    private async Task<IHost> StartAsync()
    {
        var host = Build();
        await host.StartAsync();
        return host;
    }

    private IHost Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", ApplicationName = "shop" });
        builder.Configuration.Sources.Add(_section);
        builder.Services.AddSingleton<ILoggerFactory>(_lines);
        builder.Services.AddImmutableAudit(audit => audit.WithOrigin(TestLogs.Origin).UseInMemory(_store).SignWith(_logs.SignerOf(TestLogs.Origin)));
        builder.Services.Configure<AccessPolicyOptions>(builder.Configuration.GetSection("P"));
        builder.Services.AddLeastPrivilege(policy => { });
        builder.Services.AddGuarded<IOrders, Orders>(ServiceLifetime.Singleton);
        return builder.Build();
    }

    /// <summary>All entries of a type, once there are so many.</summary>
    private async Task<List<AuditEntry>> EntriesAsync(string type, int count)
    {
        var found = new List<AuditEntry>();
        await Waiting.ForAsync(
            () => (found = [.. StoredEntries.OfAsync(_store).GetAwaiter().GetResult().Where(entry => entry.Type == type)]).Count >= count,
            $"{count} entries {type}");
        return found;
    }

    /// <summary>Configuration that a test changes, and that can be unreadable.</summary>
    private sealed class Section(Dictionary<string, string?> first) : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override void Load() => Data = Data.Count > 0 ? Data : new Dictionary<string, string?>(first, StringComparer.Ordinal);

        public override bool TryGet(string key, out string? value) =>
            Data.ContainsKey("throw") ? throw new IOException("The file is locked.") : base.TryGet(key, out value);

        public override void Set(string key, string? value) => Change(section => section[key] = value);

        public void Change(Action<Dictionary<string, string?>> change)
        {
            var data = new Dictionary<string, string?>(Data, StringComparer.Ordinal);
            change(data);
            Data = data;
        }

        public void Reload() => OnReload();
    }
}
