using Npgsql;

namespace ImmutableAudit.PostgreSql.Tests.Support;

/// <summary>The server that tests share: started for the first that needs it. Each test has a schema of its own.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private readonly Lazy<Task<PostgreSqlServer>> _server = new(() => PostgreSqlServer.StartAsync());
    private int _schemas;

    /// <summary>A schema of its own, empty.</summary>
    internal async Task<TestSchema> CreateSchemaAsync(string? name = null)
    {
        var server = await _server.Value;
        return await TestSchema.CreateAsync(server, name ?? $"t{Interlocked.Increment(ref _schemas)}");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            NpgsqlConnection.ClearAllPools();
            await (await _server.Value).DisposeAsync();
        }
    }
}

/// <summary>The tests that share one server.</summary>
[CollectionDefinition(Name)]
public sealed class ServerTests : ICollectionFixture<ServerFixture>
{
    public const string Name = "PostgreSQL";
}
