using ImmutableAudit.Checkpoints;
using Microsoft.Extensions.Logging;

namespace ImmutableAudit.Storage;

/// <summary>Reads the time that an entry carries.</summary>
/// <param name="entry">The entry's bytes.</param>
/// <param name="time">The time, in UTC.</param>
/// <returns><see langword="false"/> where there is none: it is no entry of a log.</returns>
public delegate bool EntryTimeReader(ReadOnlySpan<byte> entry, out DateTimeOffset time);

/// <summary>What a sink is told when a log takes hold of it.</summary>
/// <param name="Origin">The log's name. A sink that holds a log of another name refuses.</param>
/// <param name="TimeProvider">The clock, for sinks that have none of their own.</param>
/// <param name="Logger">Where a sink reports what it repaired or could not clean up.</param>
public sealed record SinkContext(string Origin, TimeProvider TimeProvider, ILogger Logger)
{
    /// <summary>Whose signatures the log accepts. A shared sink goes on from another writer's checkpoint only where one of these has signed it; empty where nobody says.</summary>
    public IReadOnlyList<INoteVerifier> AcceptedKeys { get; init; } = [];

    /// <summary>
    /// How to read an entry's time; <see langword="null"/> where entries are any bytes. A sink that others can write to past this library
    /// integrates only entries with a time, none earlier than the one in front, or later than the head's: no verifier accepts any other.
    /// </summary>
    public EntryTimeReader? TimeReader { get; init; }
}
