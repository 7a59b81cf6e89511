namespace ImmutableAudit.Import;

/// <summary>The input is not what can be imported. The message says which line, why, and what to do.</summary>
internal sealed class ImportException(string message) : Exception(message);
