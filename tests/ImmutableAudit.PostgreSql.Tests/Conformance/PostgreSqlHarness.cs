using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.PostgreSql;
using ImmutableAudit.Testing;

namespace ImmutableAudit.PostgreSql.Tests.Conformance;

/// <summary>A schema for each case. Each sink logs in as a role of its own, so that it can be shut out.</summary>
internal sealed class PostgreSqlHarness(ServerFixture fixture) : SinkHarness
{
    private const int Roles = 4;

    private readonly Dictionary<IAuditSink, string> _roles = [];
    private TestSchema? _schema;

    public override string? Obstacle => PostgreSqlServer.Programs is null ? "PostgreSQL is not installed." : null;

    public override bool HoldsManyLogs => true;

    public override bool CanCrash => true;

    public override bool CanBreak => true;

    public override bool CanCorrupt => true;

    private TestSchema Schema => _schema ?? throw new InvalidOperationException("The harness is not prepared.");

    public override async ValueTask PrepareAsync()
    {
        _schema = await fixture.CreateSchemaAsync();
        await Schema.ExecuteAsync(string.Concat(Enumerable.Range(0, Roles).Select(i => $"CREATE ROLE {Schema.Name}_sink{i} LOGIN IN ROLE {Schema.Name}_writer;")));
    }

    public override IAuditSink CreateSink()
    {
        var role = $"{Schema.Name}_sink{_roles.Count % Roles}";
        var sink = new PostgreSqlSink(
            Schema.Server.ConnectionString(role, "Maximum Pool Size=8;Timeout=5"), Schema.SinkOptions(options => options.RetryTime = TimeSpan.Zero));
        _roles.Add(sink, role);
        return sink;
    }

    public override ValueTask CrashAsync(IAuditSink sink) => ShutOutAsync(_roles[sink]);

    public override async ValueTask BreakAsync()
    {
        foreach (var role in _roles.Values.Distinct(StringComparer.Ordinal))
        {
            await ShutOutAsync(role);
        }
    }

    public override async ValueTask MendAsync() =>
        await Schema.ExecuteAsync(string.Concat(_roles.Values.Distinct(StringComparer.Ordinal).Select(role => $"ALTER ROLE {role} LOGIN;")));

    public override async ValueTask CorruptAsync(long index) => await Schema.ExecuteAsync(
        $"SET session_replication_role = replica; UPDATE {{schema}}.entry SET data = overlay(data PLACING '\\x4e' FROM octet_length(data) / 2) WHERE index = {index}");

    public override ValueTask DisposeAsync()
    {
        _schema?.Dispose();
        return base.DisposeAsync();
    }

    /// <summary>Its connections end, and it gets no others.</summary>
    private async ValueTask ShutOutAsync(string role)
    {
        await Schema.ExecuteAsync($"ALTER ROLE {role} NOLOGIN");
        await Schema.AskAsync<long>($"SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE usename = '{role}'");
    }
}
