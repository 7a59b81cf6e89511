using System.Data.Common;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.PostgreSql;

namespace ImmutableAudit.Verifier.Input;

/// <summary>A log, wherever the argument says that it lies.</summary>
internal sealed class LogSource : IAsyncDisposable
{
    private const string Origin = "Origin", Schema = "Schema";

    private readonly IAsyncDisposable? _connection;

    private LogSource(ILogReader log, IAsyncDisposable? connection = null)
    {
        Log = log;
        _connection = connection;
    }

    public ILogReader Log { get; }

    /// <summary>Opens a directory, a URL, or a database by its connection string.</summary>
    public static async Task<LogSource> OpenAsync(string log, CancellationToken cancellationToken)
    {
        if (!IsDatabase(log))
        {
            return new LogSource(LogReader.Open(log));
        }

        var (connectionString, origin, schema) = Take(log);
        try
        {
            var reader = await PostgreSqlLogReader.OpenAsync(connectionString, origin, schema ?? PostgreSqlSchema.DefaultName, cancellationToken);
            return new LogSource(reader, reader);
        }
        catch (ArgumentException e)
        {
            throw new InputException($"LOG cannot be used: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static bool IsDatabase(string log) => IsUri(log) || log.StartsWith("Host=", StringComparison.OrdinalIgnoreCase);

    private static bool IsUri(string log) =>
        log.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase) || log.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes what is ours out of a connection string: which log, in which schema.</summary>
    private static (string ConnectionString, string? Origin, string? Schema) Take(string log)
    {
        try
        {
            if (!IsUri(log))
            {
                var parts = new DbConnectionStringBuilder { ConnectionString = log };
                var (origin, schema) = (parts.TryGetValue(Origin, out var o) ? (string)o : null, parts.TryGetValue(Schema, out var s) ? (string)s : null);
                parts.Remove(Origin);
                parts.Remove(Schema);
                return (parts.ConnectionString, origin, schema);
            }

            var uri = new UriBuilder(log);
            var query = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).ToLookup(
                part => part[0], part => part.Length > 1 ? Uri.UnescapeDataString(part[1]) : "", StringComparer.OrdinalIgnoreCase);
            uri.Query = string.Join('&', query.Where(part => part.Key.ToUpperInvariant() is not ("ORIGIN" or "SCHEMA")).SelectMany(part => part.Select(value => $"{part.Key}={Uri.EscapeDataString(value)}")));
            return (uri.Uri.AbsoluteUri, query[Origin].FirstOrDefault(), query[Schema].FirstOrDefault());
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException)
        {
            // The message may quote what it is about, and a password may be in it.
            throw new InputException("LOG is no connection string: write it as 'postgresql://auditor@db.example/app?origin=shop.example/audit'.");
        }
    }
}
