using System.Net.Sockets;
using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>What a failure of the server, or of the way to it, means.</summary>
internal enum Fault
{
    /// <summary>The transaction was called off and may be tried again: a deadlock, a timeout, a serialization failure.</summary>
    CalledOff,

    /// <summary>The connection is gone, or cannot be made; what the server did last is not known.</summary>
    Disconnected,

    /// <summary>The server has no room, or only reads: nothing was done, and trying again soon may help.</summary>
    Refused,

    /// <summary>The log is not at the size that the transaction began with.</summary>
    Overtaken,

    /// <summary>What is stored is not what it should be.</summary>
    Corrupt,

    /// <summary>Anything else: no right, no schema, or a defect. Trying again does not help.</summary>
    Other,
}

/// <summary>Tells failures apart by their SQLSTATE (PostgreSQL documentation, appendix A), and says what can be done.</summary>
internal static class Faults
{
    public static Fault Of(Exception exception) => exception switch
    {
        PostgresException e => OfState(e.SqlState),
        _ when IsOfServer(exception) => Fault.Disconnected,
        ObjectDisposedException => Fault.Disconnected,
        _ => Fault.Other,
    };

    /// <summary>Whether it comes from the server, or from the way to it.</summary>
    public static bool IsOfServer(Exception exception) =>
        exception is NpgsqlException or IOException or SocketException or TimeoutException || IsOutOfStep(exception);

    /// <summary>What was cancelled ends as cancelled, also where the connection has not survived that. What the server has answered counts.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void ThrowIfCancelled(Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not PostgresException && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
    }

    /// <summary>Whether trying again on a new connection may help.</summary>
    public static bool IsPassing(Exception exception) => Of(exception) is Fault.CalledOff or Fault.Disconnected or Fault.Refused;

    /// <summary>What went wrong and what to do, without anything that was sent to the server.</summary>
    public static string Describe(Exception exception) => exception is PostgresException e
        ? $"{Sentence(e.MessageText)}{Advice(e.SqlState)} (SQLSTATE {e.SqlState})"
        : Sentence(exception.InnerException?.Message ?? exception.Message);

    /// <summary>
    /// Whether Npgsql got an answer that it did not expect, as it may where a cancellation crosses with the rows. In places it says so with an
    /// exception of no type of its own, and gives the connection up.
    /// </summary>
    private static bool IsOutOfStep(Exception exception) => exception.GetType() == typeof(Exception);

    private static string Advice(string state) => state switch
    {
        PostgresErrorCodes.InsufficientPrivilege => " Grant the role that the application logs in as the schema's writer role, as in GRANT immutable_audit_writer TO my_application; an auditor's needs the auditor role.",
        PostgresErrorCodes.ReadOnlySqlTransaction => " The server is a standby, or takes no writes: connect to the primary.",
        PostgresErrorCodes.DiskFull => " Free space on the server.",
        PostgresErrorCodes.TooManyConnections => " A log needs two connections of its own, and some to read.",
        _ => "",
    };

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";

    private static Fault OfState(string state) => state switch
    {
        "IA001" => Fault.Overtaken,
        "IA002" => Fault.Corrupt,
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.QueryCanceled => Fault.CalledOff,
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.IdleSessionTimeout
            or "25P03" => Fault.Disconnected,
        PostgresErrorCodes.ReadOnlySqlTransaction => Fault.Refused,
        _ when state.StartsWith("08", StringComparison.Ordinal) => Fault.Disconnected,
        _ when state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("58", StringComparison.Ordinal) => Fault.Refused,
        _ => Fault.Other,
    };
}
