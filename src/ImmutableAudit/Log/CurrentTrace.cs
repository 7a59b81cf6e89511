using System.Diagnostics;

namespace ImmutableAudit.Log;

/// <summary>The trace that the calling code runs in.</summary>
internal static class CurrentTrace
{
    /// <summary>Its W3C trace id, or <see langword="null"/> where nothing is being traced.</summary>
    public static string? Id => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToHexString() : null;
}
