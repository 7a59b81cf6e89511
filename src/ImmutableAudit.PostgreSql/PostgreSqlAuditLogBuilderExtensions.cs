using ImmutableAudit.Storage.PostgreSql;
using Npgsql;

namespace ImmutableAudit;

/// <summary>Stores logs in PostgreSQL.</summary>
public static class PostgreSqlAuditLogBuilderExtensions
{
    /// <summary>
    /// Stores the log in a PostgreSQL database, which several instances append to. The schema is made before, once
    /// (<see cref="PostgreSqlSchema.CreateAsync"/>, or <c>verifier schema postgresql</c>).
    /// </summary>
    /// <param name="builder">The log's builder.</param>
    /// <param name="connectionString">A connection string of Npgsql, or a URI <c>postgresql://…</c>. The role that it names is a member of the writer role.</param>
    /// <param name="configure">Changes how the log is kept.</param>
    public static AuditLogBuilder UsePostgreSql(
        this AuditLogBuilder builder, string connectionString, Action<PostgreSqlSinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseSink(_ => new PostgreSqlSink(connectionString, Configured(configure)));
    }

    /// <summary>Stores the log in the database of a data source that the application has already; it stays the application's.</summary>
    /// <param name="builder">The log's builder.</param>
    /// <param name="dataSource">Finds the data source among the services.</param>
    /// <param name="configure">Changes how the log is kept.</param>
    public static AuditLogBuilder UsePostgreSql(
        this AuditLogBuilder builder, Func<IServiceProvider, NpgsqlDataSource> dataSource, Action<PostgreSqlSinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(dataSource);
        return builder.UseSink(services => new PostgreSqlSink(dataSource(services), Configured(configure)));
    }

    private static PostgreSqlSinkOptions Configured(Action<PostgreSqlSinkOptions>? configure)
    {
        var options = new PostgreSqlSinkOptions();
        configure?.Invoke(options);
        return options;
    }
}
