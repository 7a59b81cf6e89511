using System.Text.RegularExpressions;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>The database schema that logs are kept in. It is made once, by somebody who may: a log never makes or changes it.</summary>
public static partial class PostgreSqlSchema
{
    /// <summary>The version that this package reads and writes.</summary>
    public const int Version = 1;

    /// <summary>The schema's name where none is given.</summary>
    public const string DefaultName = "immutable_audit";

    /// <summary>
    /// The script that makes the schema and its three roles: <c>NAME_owner</c>, which nobody is a member of, <c>NAME_writer</c> for
    /// applications, and <c>NAME_auditor</c>, which only reads. One transaction; to be run as a superuser, or as a role that may create schemas and
    /// roles.
    /// </summary>
    /// <param name="schema">The schema's name: at most 40 lower-case letters, digits and underscores, no digit first, and neither <c>pg</c> nor <c>pg_</c> and more.</param>
    /// <exception cref="ArgumentException">It is not such a name.</exception>
    public static string Script(string schema = DefaultName)
    {
        CheckName(schema, nameof(schema));
        using var stream = typeof(PostgreSqlSchema).Assembly.GetManifestResourceStream("schema.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd()
            .Replace("{schema}", schema, StringComparison.Ordinal)
            .Replace("{owner}", schema + "_owner", StringComparison.Ordinal)
            .Replace("{writer}", schema + "_writer", StringComparison.Ordinal)
            .Replace("{auditor}", schema + "_auditor", StringComparison.Ordinal);
    }

    /// <summary>Runs <see cref="Script"/> in a database, unless the schema is there already.</summary>
    /// <param name="dataSource">Logs in as a role that may create schemas and roles.</param>
    /// <param name="schema">The schema's name.</param>
    /// <param name="cancellationToken">Ends it; the schema is made as a whole, or not at all.</param>
    /// <returns>Whether it was made; <see langword="false"/> where it was there, in this version.</returns>
    /// <exception cref="ArgumentException">The name is not one.</exception>
    /// <exception cref="AuditLogMismatchException">There is a schema of that name which is not one of this package, or of another version.</exception>
    /// <exception cref="AuditLogException">The server cannot be reached, or the role may not create it.</exception>
    public static Task<bool> CreateAsync(NpgsqlDataSource dataSource, string schema = DefaultName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        CheckName(schema, nameof(schema));
        return Apart.RunAsync(() => CreateApartAsync(dataSource, schema, cancellationToken));
    }

    internal static void CheckName(string schema, string parameter)
    {
        ArgumentNullException.ThrowIfNull(schema, parameter);
        if (!Name().IsMatch(schema))
        {
            throw new ArgumentException(
                $"'{schema}' cannot name the schema: use at most 40 lower-case letters, digits and underscores, no digit first, nor 'pg' or 'pg_…', which the server keeps for itself, like '{DefaultName}'.", parameter);
        }
    }

    /// <summary>Makes sure that the schema is there, and is one that this version of the package understands.</summary>
    internal static async Task CheckVersionAsync(NpgsqlConnection connection, Statements sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql.SchemaVersion, connection);
        await using var _ = command.ConfigureAwait(false);
        int found;
        try
        {
            found = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as int? ?? 0;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            throw new AuditLogMismatchException(
                $"The database '{connection.Database}' has no logs in its schema '{sql.Schema}'. Create the schema first, with PostgreSqlSchema.CreateAsync or the script of 'verifier schema postgresql'.", e);
        }

        if (found != Version)
        {
            throw new AuditLogMismatchException(
                $"The schema '{sql.Schema}' of the database '{connection.Database}' has version {found}; this package reads and writes version {Version}. "
                + (found > Version ? "Use a newer package." : "Run the script that takes it to the newer version."));
        }
    }

    private static async Task<bool> CreateApartAsync(NpgsqlDataSource dataSource, string schema, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            if (await IsThereAsync(connection, schema, cancellationToken).ConfigureAwait(false))
            {
                await CheckVersionAsync(connection, new Statements(schema), cancellationToken).ConfigureAwait(false);
                return false;
            }

            var command = new NpgsqlCommand(Script(schema), connection);
            await using var __ = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (Faults.IsOfServer(e))
        {
            Faults.ThrowIfCancelled(e, cancellationToken);
            throw new AuditLogException(
                $"The schema '{schema}' could not be created: {Faults.Describe(e)} "
                + (Faults.Of(e) == Fault.Disconnected ? "Try again: it is made as a whole, or not at all." : "Nothing was changed. Log in as a role that may create schemas and roles, or have an administrator run the script."), e);
        }
    }

    private static async Task<bool> IsThereAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)", connection) { Parameters = { new() { Value = schema } } };
        await using var _ = command.ConfigureAwait(false);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    [GeneratedRegex("^(?!pg(_|\\z))[a-z_][a-z0-9_]{0,39}\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
