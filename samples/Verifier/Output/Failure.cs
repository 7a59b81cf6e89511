using System.Text.Json;
using ImmutableAudit.Verifier.Input;

namespace ImmutableAudit.Verifier.Output;

/// <summary>Says what went wrong, and which exit code that is.</summary>
internal static class Failure
{
    public static int Report(Screen screen, Utf8JsonWriter? json, Exception exception)
    {
        var (exitCode, message) = exception switch
        {
            OperationCanceledException => (ExitCode.Unchecked, "Cancelled."),
            InputException => (ExitCode.Unchecked, exception.Message),

            // Files that the user named are read as input; what remains is what the log itself is made of.
            AuditFormatException or AuditLogCorruptException or AuditLogRollbackException or AuditSignatureException => (ExitCode.Failed, exception.Message),
            AuditException or IOException or UnauthorizedAccessException => (ExitCode.Unchecked, exception.Message),
            _ => (ExitCode.Unchecked, $"Unexpected, please report it: {exception.GetType().Name}: {exception.Message}"),
        };
        screen.Error(message);
        json?.WriteString("error", message);
        return exitCode;
    }

    /// <summary>Arguments that do not make a command.</summary>
    public static int Report(Screen screen, bool json, string message)
    {
        screen.Error(message);
        if (json)
        {
            using var document = new JsonDocumentOutput(screen);
            document.Writer.WriteString("error", message);
            document.End(ExitCode.Unchecked);
        }

        return ExitCode.Unchecked;
    }
}
