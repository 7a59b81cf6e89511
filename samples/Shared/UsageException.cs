namespace ImmutableAudit.Samples;

/// <summary>The arguments ask for something that cannot be done. The message says what to say instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
