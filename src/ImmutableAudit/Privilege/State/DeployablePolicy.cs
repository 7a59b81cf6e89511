namespace ImmutableAudit.Privilege;

/// <summary>A policy as it goes into the log. Immutable.</summary>
/// <param name="Application">The application that it is for; not blank, at most 200 characters.</param>
/// <param name="Version">Its version, 1 or more.</param>
/// <param name="Document">The document, UTF-8, byte for byte; the permission catalogue is in it (PRIVILEGE.md P14).</param>
internal sealed record DeployablePolicy(string Application, long Version, ReadOnlyMemory<byte> Document)
{
    public const int MaxApplicationLength = 200;

    /// <summary>Names the document by its content.</summary>
    public string Digest { get; } = DocumentDigest.Of(Document.Span);
}
