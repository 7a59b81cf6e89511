namespace ImmutableAudit.Events;

/// <summary>The values of <c>type</c>, and who may write them (P25).</summary>
internal static class EventTypes
{
    /// <summary>The only type that applications write.</summary>
    public const string Application = "event";

    /// <summary>A run began.</summary>
    public const string LogOpened = "log.opened";

    /// <summary>A run ended in order: every act that it began has its outcome in the log (P6).</summary>
    public const string LogClosed = "log.closed";

    private static readonly string[] LibraryPrefixes = ["access.", "grant.", "policy.", "log.", "key.", "privilege."];

    /// <summary>Whether the library alone writes this type.</summary>
    public static bool IsLibrary(string type)
    {
        foreach (var prefix in LibraryPrefixes)
        {
            if (type.Length > prefix.Length && type.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether decisions are based on entries of this type (P1), which so lead from one to the next (P27).</summary>
    public static bool IsPrivilegeState(string type) =>
        type.StartsWith("policy.", StringComparison.Ordinal)
        || type.StartsWith("grant.", StringComparison.Ordinal)
        || type.StartsWith("privilege.", StringComparison.Ordinal);
}
