namespace ImmutableAudit.Verifier.Input;

/// <summary>Something that the user gave cannot be used: exit code 2.</summary>
internal sealed class InputException(string message, Exception? innerException = null) : Exception(message, innerException);
