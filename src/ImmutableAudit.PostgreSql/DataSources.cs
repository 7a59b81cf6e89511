using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>Makes data sources from connection strings.</summary>
internal static class DataSources
{
    private const int PreparedStatements = 16;

    /// <summary>A source of connections to one server, or to whichever of several may be written to.</summary>
    /// <param name="connectionString">A connection string of Npgsql, or a URI <c>postgresql://…</c>.</param>
    /// <param name="writes">Whether only a server that takes writes will do.</param>
    /// <exception cref="ArgumentException">It is not a connection string. What it says is not repeated: it may hold a password.</exception>
    public static NpgsqlDataSource Create(string connectionString, bool writes)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var settings = Parse(connectionString);
        settings.ApplicationName ??= "ImmutableAudit";
        settings.Enlist = false; // What is appended stays, whatever becomes of the caller's transaction.
        settings.NoResetOnClose = true; // What a transaction sets, ends with it.
        settings.Multiplexing = false; // A commit is more than one statement.
        settings.MaxAutoPrepare = Math.Max(settings.MaxAutoPrepare, PreparedStatements);
        settings.AutoPrepareMinUsages = 2;
        if (settings.Host?.Contains(',', StringComparison.Ordinal) != true)
        {
            return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        }

        settings.TargetSessionAttributes = null;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).BuildMultiHost()
            .WithTargetSession(writes ? TargetSessionAttributes.Primary : TargetSessionAttributes.Any);
    }

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        try
        {
            return IsUri(connectionString) ? FromUri(new Uri(connectionString)) : new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
#pragma warning disable MA0054 // What is wrong may be quoted there, and it may be the password.
            throw new ArgumentException(
                "The connection string is not one: write it as 'Host=db.example;Database=app;Username=app', or as 'postgresql://app@db.example/app'.", nameof(connectionString));
#pragma warning restore MA0054
        }
    }

    private static bool IsUri(string text) =>
        text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase);

    private static NpgsqlConnectionStringBuilder FromUri(Uri uri)
    {
        var settings = new NpgsqlConnectionStringBuilder { Host = uri.Host };
        if (uri.Port > 0)
        {
            settings.Port = uri.Port;
        }

        if (uri.UserInfo.Split(':', 2) is var user && user[0].Length > 0)
        {
            settings.Username = Uri.UnescapeDataString(user[0]);
            settings.Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null;
        }

        if (Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')) is { Length: > 0 } database)
        {
            settings.Database = database;
        }

        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var left, var right] ? (Uri.UnescapeDataString(left), Uri.UnescapeDataString(right)) : (pair, "");
            settings[name.ToUpperInvariant() switch { "SSLMODE" => "SSL Mode", "SSLROOTCERT" => "Root Certificate", "APPLICATION_NAME" => "Application Name", _ => name }] =
                name.Equals("sslmode", StringComparison.OrdinalIgnoreCase) ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }

        return settings;
    }
}
