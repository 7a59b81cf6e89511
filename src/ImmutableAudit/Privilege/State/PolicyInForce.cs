namespace ImmutableAudit.Privilege;

/// <summary>A policy that the log says is in force for an application. Immutable.</summary>
/// <param name="Index">Its <c>policy.deployed</c> entry, by which decisions name it.</param>
/// <param name="Application">The application.</param>
/// <param name="Version">Its version.</param>
/// <param name="Digest">Of its document.</param>
/// <param name="Document">Its document, as deployed.</param>
internal sealed record PolicyInForce(long Index, string Application, long Version, string Digest, ReadOnlyMemory<byte> Document);
