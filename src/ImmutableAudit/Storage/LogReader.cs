using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.Http;

namespace ImmutableAudit.Storage;

/// <summary>Opens a published log for reading, wherever it lies.</summary>
public static class LogReader
{
    /// <summary>A reader of the log in a directory or below an <c>http(s)</c> URL.</summary>
    /// <param name="directoryOrUrl">A path, relative or absolute, or a URL that begins with <c>http://</c> or <c>https://</c>.</param>
    /// <returns>A <see cref="DirectoryLogReader"/> or an <see cref="HttpLogReader"/>; neither has to be disposed of.</returns>
    /// <exception cref="AuditLogUnreadableException">There is no such directory, or it is a URL that cannot be a log's.</exception>
    public static ILogReader Open(string directoryOrUrl)
    {
        ArgumentException.ThrowIfNullOrEmpty(directoryOrUrl);
        if (!IsUrl(directoryOrUrl))
        {
            return new DirectoryLogReader(directoryOrUrl);
        }

        if (!Uri.TryCreate(directoryOrUrl, UriKind.Absolute, out var address))
        {
            // Where a user name may be in it, so may a password, which has no place in a message.
            throw new AuditLogUnreadableException(
                directoryOrUrl.Contains('@') ? "The log's URL is not a valid one." : $"'{Printable.Of(directoryOrUrl)}' is not a valid URL.");
        }

        try
        {
            return new HttpLogReader(address);
        }
        catch (ArgumentException e)
        {
            throw new AuditLogUnreadableException(e.Message, e);
        }
    }

    private static bool IsUrl(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
