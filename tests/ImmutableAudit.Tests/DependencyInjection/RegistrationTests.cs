using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImmutableAudit.Tests.DependencyInjection;

public sealed class RegistrationTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _logs.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task A_host_opens_the_log_when_it_starts_and_closes_it_when_it_is_disposed()
    {
        var key = Path.Combine(_logs.KeyDirectory, "audit.pem");
        using (EcdsaNoteSigner.CreatePemFile(TestLogs.Origin, key))
        {
        }

        for (var run = 0; run < 2; run++)
        {
            using var host = Build("Production", audit => audit.SignWithPemFile(key).UseFileSystem(_logs.LogDirectory).WithOrigin(TestLogs.Origin));
            var log = host.Services.GetRequiredService<IAuditLog>();
            await Assert.ThrowsAsync<AuditUnavailableException>(async () => await log.AppendAsync(TestLogs.Event(0)));
            await host.StartAsync();
            Assert.Equal(run, (await log.AppendAsync(TestLogs.Event(run))).Index);
            Assert.Same(log, host.Services.GetRequiredService<IAuditLogReader>());
            Assert.Same(log, host.Services.GetRequiredService<AuditLog>());
            await host.StopAsync();

            // Services that stop late may still append: only disposal closes.
            await log.FlushAsync();
        }

        Assert.NotEmpty(Directory.GetFiles(_logs.KeyDirectory, "*.checkpoint"));
    }

    [Fact]
    public async Task The_last_name_counts()
    {
        using var host = Build(
            "Development", audit => audit.WithOrigin("test.example/first").UseInMemory().SignWith(_key).WithOrigin(TestLogs.Origin));
        await host.StartAsync();
        Assert.Equal(TestLogs.Origin, host.Services.GetRequiredService<AuditLog>().Origin);
    }

    [Fact]
    public async Task A_log_put_back_to_an_earlier_state_keeps_the_host_from_starting()
    {
        var key = Path.Combine(_logs.KeyDirectory, "audit.pem");
        void Configure(AuditLogBuilder audit) => audit.WithOrigin(TestLogs.Origin).UseFileSystem(_logs.LogDirectory).SignWithGeneratedKey(key);
        using (var host = Build("Development", Configure))
        {
            await host.StartAsync();
            await host.Services.GetRequiredService<IAuditLog>().AppendAsync(TestLogs.Event(0));
        }

        Directory.Delete(_logs.LogDirectory, recursive: true);
        using var again = Build("Development", Configure);
        await Assert.ThrowsAsync<AuditLogRollbackException>(() => again.StartAsync());
    }

    [Fact]
    public async Task Several_named_logs_stand_side_by_side()
    {
        using var host = Build("Development", services =>
        {
            services.AddImmutableAudit("payments", audit => audit.WithOrigin("test.example/payments").UseInMemory().SignWith(_key));
            services.AddImmutableAudit("access", audit => audit.WithOrigin("test.example/access").UseInMemory().SignWith(_key));
            services.AddImmutableAudit(audit => audit.WithOrigin(TestLogs.Origin).UseInMemory().SignWith(_key));
        });
        await host.StartAsync();
        foreach (var (log, origin) in new[]
        {
            (host.Services.GetRequiredKeyedService<IAuditLog>("payments"), "test.example/payments"),
            (host.Services.GetRequiredKeyedService<IAuditLog>("access"), "test.example/access"),
            (host.Services.GetRequiredService<IAuditLog>(), TestLogs.Origin),
        })
        {
            Assert.Equal(origin, log.Origin);
            Assert.Equal(0, (await log.AppendAsync(TestLogs.Event(0))).Index);
            Assert.Equal(origin, (await log.FlushAsync()).Checkpoint.Origin);
        }
    }

    [Fact]
    public void A_log_is_registered_once()
    {
        var services = new ServiceCollection();
        services.AddImmutableAudit("a", _ => { });
        Assert.Throws<InvalidOperationException>(() => services.AddImmutableAudit("a", _ => { }));
        services.AddImmutableAudit(_ => { });
        Assert.Throws<InvalidOperationException>(() => services.AddImmutableAudit(_ => { }));
    }

    [Fact]
    public async Task What_is_missing_or_out_of_range_is_named_when_the_host_starts()
    {
        using var host = Build("Development", audit => audit.Configure(options =>
        {
            options.CheckpointInterval = TimeSpan.Zero;
            options.MaxQueuedEntries = 0;
            options.MaxQueuedBytes = 1;
            options.MaxClockJump = TimeSpan.Zero;
        }));
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        foreach (var part in new[] { "origin", "sink", "signer", "CheckpointInterval", "MaxQueuedEntries", "MaxQueuedBytes", "MaxClockJump" })
        {
            Assert.Contains(fault.Failures, failure => failure.Contains(part, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Theory]
    [InlineData("shop example")]
    [InlineData("shop+example")]
    [InlineData("shop\nexample")]
    [InlineData("")]
    public async Task An_origin_that_cannot_name_a_log_is_refused(string origin)
    {
        Assert.Throws<ArgumentException>(() => Build("Development", audit => audit.WithOrigin(origin)));
        using var host = Build("Development", audit => audit.UseInMemory().Configure(options => options.Origin = origin).Configure(options => options.Signers.Add(_logs.Signer)));
        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => AuditLog.OpenAsync(_logs.Options(new InMemorySink(), options => options.Origin = origin)));
    }

    [Theory]
    [InlineData("Production", false, false)]
    [InlineData("Production", true, true)]
    [InlineData("Development", false, true)]
    [InlineData("Staging", false, true)]
    public async Task Production_refuses_a_trial_setup_unless_told_otherwise(string environment, bool allow, bool starts)
    {
        var key = Path.Combine(_logs.KeyDirectory, "audit.pem");
        void InMemory(AuditLogBuilder audit) => audit.UseInMemory().SignWith(_key);
        void GeneratedKey(AuditLogBuilder audit) => audit.UseFileSystem(_logs.LogDirectory).SignWithGeneratedKey(key);
        foreach (var trial in new Action<AuditLogBuilder>[] { InMemory, GeneratedKey })
        {
            using var host = Build(environment, audit =>
            {
                trial(audit.WithOrigin(TestLogs.Origin));
                if (allow)
                {
                    audit.AllowTrialInProduction();
                }
            });
            if (starts)
            {
                await host.StartAsync();
                Assert.Equal(trial == GeneratedKey, File.Exists(key));
            }
            else
            {
                var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
                Assert.Contains("Production", Assert.Single(fault.Failures), StringComparison.Ordinal);
                Assert.False(Directory.Exists(_logs.KeyDirectory));
            }
        }
    }

    [Fact]
    public async Task Checkpoints_are_remembered_in_another_directory_where_the_keys_is_read_only()
    {
        var key = Path.Combine(_logs.KeyDirectory, "audit.pem");
        using (EcdsaNoteSigner.CreatePemFile(TestLogs.Origin, key))
        {
        }

        var memory = Path.Combine(_logs.Root, "memory");
        void Configure(AuditLogBuilder audit) =>
            audit.WithOrigin(TestLogs.Origin).UseFileSystem(_logs.LogDirectory).SignWithPemFile(key, rememberIn: memory);
        var before = Directory.GetFiles(_logs.KeyDirectory);
        using (var host = Build("Production", Configure))
        {
            await host.StartAsync();
            await host.Services.GetRequiredService<IAuditLog>().AppendAsync(TestLogs.Event(0));
        }

        Assert.Equal(before, Directory.GetFiles(_logs.KeyDirectory));
        Assert.NotEmpty(Directory.GetFiles(memory, "*.checkpoint"));
        Directory.Delete(_logs.LogDirectory, recursive: true);
        using var again = Build("Production", Configure);
        await Assert.ThrowsAsync<AuditLogRollbackException>(() => again.StartAsync());
    }

    [Fact]
    public async Task A_locked_log_keeps_the_host_from_starting()
    {
        await using var writer = await _logs.OpenAsync();
        using var host = Build("Development", audit => audit.WithOrigin(TestLogs.Origin).UseFileSystem(_logs.LogDirectory).SignWith(_logs.Signer));
        var locked = await Assert.ThrowsAsync<AuditLogLockedException>(() => host.StartAsync());
        Assert.Contains($"process {Environment.ProcessId}", locked.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_meter_tells_appends_commits_queue_and_the_age_of_the_checkpoint()
    {
        var seen = new Dictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
            where T : struct, IConvertible
        {
            if (tags.Length == 1 && tags[0].Key == "log.origin" && (string?)tags[0].Value == "test.example/metered")
            {
                lock (seen)
                {
                    seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value.ToDouble(null);
                }
            }
        }

        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "ImmutableAudit")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(Note);
        listener.SetMeasurementEventCallback<double>(Note);
        listener.Start();

        using (var host = Build("Development", audit => audit.WithOrigin("test.example/metered").UseInMemory().SignWith(_key)))
        {
            await host.StartAsync();
            var log = host.Services.GetRequiredService<AuditLog>();
            await log.AppendAsync([TestLogs.Event(0), TestLogs.Event(1), TestLogs.Event(2)]);
            await log.FlushAsync();
            listener.RecordObservableInstruments();
        }

        Assert.Equal(3, seen["immutableaudit.appends"]);
        Assert.Equal(3, seen["immutableaudit.commit.entries"]);
        Assert.True(seen["immutableaudit.commit.size"] > 300);
        Assert.True(seen.ContainsKey("immutableaudit.commit.duration"));
        Assert.Equal(1, seen["immutableaudit.publications"]);
        Assert.Equal(0, seen["immutableaudit.queue.entries"]);
        Assert.Equal(0, seen["immutableaudit.queue.size"]);
        Assert.True(seen["immutableaudit.checkpoint.age"] >= 0);
    }

    private static IHost Build(string environment, Action<AuditLogBuilder> configure) =>
        Build(environment, services => services.AddImmutableAudit(configure));

    private static IHost Build(string environment, Action<IServiceCollection> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment });
        builder.Logging.ClearProviders();
        configure(builder.Services);
        return builder.Build();
    }
}
