using ImmutableAudit.Checkpoints;
using Microsoft.Extensions.Logging;

namespace ImmutableAudit.Storage;

/// <summary>What a sink is told when a log takes hold of it.</summary>
/// <param name="Origin">The log's name. A sink that holds a log of another name refuses.</param>
/// <param name="TimeProvider">The clock, for sinks that have none of their own.</param>
/// <param name="Logger">Where a sink reports what it repaired or could not clean up.</param>
public sealed record SinkContext(string Origin, TimeProvider TimeProvider, ILogger Logger)
{
    /// <summary>Whose signatures the log accepts. A shared sink goes on from another writer's checkpoint only where one of these has signed it; empty where nobody says.</summary>
    public IReadOnlyList<INoteVerifier> AcceptedKeys { get; init; } = [];
}
