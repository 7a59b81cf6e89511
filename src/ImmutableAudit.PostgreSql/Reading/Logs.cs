using System.Text;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>The logs of a schema.</summary>
internal static class Logs
{
    /// <summary>The number of a log in its schema; <see langword="null"/> where it was not begun yet.</summary>
    public static async Task<int?> FindAsync(NpgsqlConnection connection, Statements sql, string origin, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql.FindLog, connection) { Parameters = { Parameter.Of(origin) } };
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as int?;
    }

    /// <summary>How messages call a log.</summary>
    public static string Describe(NpgsqlConnection connection, string origin) => $"the log '{Printable(origin)}' in the database '{connection.Database}' on '{connection.Host}'";

    /// <summary>A name that came from outside, fit for a message.</summary>
    public static string Printable(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.Length > 255 ? text.AsSpan(0, 255) : text)
        {
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        }

        return shown.ToString();
    }
}
