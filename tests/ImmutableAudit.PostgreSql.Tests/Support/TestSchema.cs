using System.Security.Cryptography;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.PostgreSql;
using ImmutableAudit.Verification;
using Npgsql;

namespace ImmutableAudit.PostgreSql.Tests.Support;

/// <summary>A schema for one test, with a writer and an auditor that can log in, and a key.</summary>
internal sealed class TestSchema : IDisposable
{
    public const string Origin = "test.example/log";

    /// <summary>The key that checkpoints are signed with.</summary>
    public ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private TestSchema(PostgreSqlServer server, string name)
    {
        Server = server;
        Name = name;
        Signer = new EcdsaNoteSigner(Origin, Key, leaveOpen: true);
    }

    public PostgreSqlServer Server { get; }

    public string Name { get; }

    public EcdsaNoteSigner Signer { get; }

    /// <summary>Standbys, which may take over.</summary>
    public List<PostgreSqlServer> Others { get; } = [];

    /// <summary>Where published checkpoints are remembered, if they are.</summary>
    public string? Memory { get; set; }

    public string Writer => Server.ConnectionString($"{Name}_app", "Maximum Pool Size=8" + Hosts);

    public string Auditor => Server.ConnectionString($"{Name}_reads", "Maximum Pool Size=8" + Hosts);

    /// <summary>Another database, where the schema was put back in one.</summary>
    public string? Database { get; set; }

    private string Hosts => (Database is null ? "" : $";Database={Database}") + (Others.Count == 0 ? ""
        : $";Host={string.Join(',', Others.Prepend(Server).Select(server => $"127.0.0.1:{server.Port}"))};Host Recheck Seconds=1");

    public static async Task<TestSchema> CreateAsync(PostgreSqlServer server, string name)
    {
        await using (var source = NpgsqlDataSource.Create(server.ConnectionString(more: "Pooling=false")))
        {
            Assert.True(await PostgreSqlSchema.CreateAsync(source, name));
        }

        await server.ExecuteAsync($"CREATE ROLE {name}_app LOGIN IN ROLE {name}_writer; CREATE ROLE {name}_reads LOGIN IN ROLE {name}_auditor");
        return new TestSchema(server, name);
    }

    /// <summary>A signer with a key of its own.</summary>
    public static EcdsaNoteSigner CreateSigner(string name) => new(name, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public PostgreSqlSinkOptions SinkOptions(Action<PostgreSqlSinkOptions>? configure = null)
    {
        var options = new PostgreSqlSinkOptions { Schema = Name };
        configure?.Invoke(options);
        return options;
    }

    public PostgreSqlSink CreateSink(Action<PostgreSqlSinkOptions>? configure = null) => new(Writer, SinkOptions(configure));

    public AuditLogOptions LogOptions(IAuditSink? sink = null, Action<AuditLogOptions>? configure = null)
    {
        var options = new AuditLogOptions { Origin = Origin, Sink = sink ?? CreateSink(), Signers = { Signer } };
        if (Memory is not null)
        {
            options.Observers.Add(new CheckpointFileObserver(Memory));
        }

        configure?.Invoke(options);
        return options;
    }

    public Task<AuditLog> OpenAsync(Action<PostgreSqlSinkOptions>? sink = null, Action<AuditLogOptions>? configure = null) =>
        AuditLog.OpenAsync(LogOptions(CreateSink(sink), configure));

    public Task<PostgreSqlLogReader> ReadAsync() => PostgreSqlLogReader.OpenAsync(Auditor, Origin, Name);

    /// <summary>Verifies the whole log as an auditor would, against what was kept of it.</summary>
    public async Task<LogVerificationResult> VerifyAsync(params SignedCheckpoint[] since)
    {
        await using var reader = await ReadAsync();
        return await new LogVerifier(reader, new LogVerificationOptions { Keys = [Signer.Verifier], Since = since }).VerifyAsync();
    }

    /// <summary>Runs a statement as the superuser; <c>{schema}</c> stands for the schema's name.</summary>
    public Task ExecuteAsync(string sql) => Server.ExecuteAsync(In(sql));

    /// <summary>Asks for one value as the superuser.</summary>
    public Task<T> AskAsync<T>(string sql) => Server.AskAsync<T>(In(sql));

    /// <summary>A statement with the schema's name where <c>{schema}</c> stands.</summary>
    public string In(string sql) => sql.Replace("{schema}", Name, StringComparison.Ordinal);

    public static AuditEvent Event(long number) => new()
    {
        Actor = new AuditSubject { Id = "alice", Kind = "user" },
        Action = "test.append",
        Resource = new AuditResource { Type = "number", Id = number.ToString() },
    };

    public void Dispose()
    {
        Signer.Dispose();
        Key.Dispose();
    }
}
