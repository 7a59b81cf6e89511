namespace ImmutableAudit.PostgreSql.Tests.Support;

/// <summary>A test on a real server; reports itself as not run where none is installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServerFactAttribute : FactAttribute
{
    public ServerFactAttribute() => Skip = PostgreSqlServer.Programs is null ? "PostgreSQL is not installed." : null;
}
