using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>How a log is kept in a PostgreSQL database.</summary>
public sealed class PostgreSqlSinkOptions
{
    /// <summary>The database schema that holds the logs, as <see cref="PostgreSqlSchema"/> made it; default <c>immutable_audit</c>.</summary>
    public string Schema { get; set; } = PostgreSqlSchema.DefaultName;

    /// <summary>
    /// How long a commit may stay open while this process does nothing for it: then the server gives up its connection, so that
    /// a process that stands still does not stop the others (LOG.md L27). From 100 ms to 10 minutes; default 5 seconds.
    /// </summary>
    public TimeSpan MaxCommitTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long this process goes on appending, where others wait to append to the same log, before it is their turn: the longer, the more is
    /// appended in sum, and the longer one waits. From 0, by which there are no turns, to 100 ms; default 40 ms.
    /// </summary>
    public TimeSpan TurnTime { get; set; } = TimeSpan.FromMilliseconds(40);

    /// <summary>
    /// How long to try again where the server cannot be reached, restarts, or calls a transaction off, before appends fail. From 0
    /// to 10 minutes; default 15 seconds, which is enough for most failovers.
    /// </summary>
    public TimeSpan RetryTime { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How often to look for what other instances have appended, where the server's notification does not come. From 10 ms to 1 minute;
    /// default half a second.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Entries of a partition, where this process begins the log; a multiple of 256, default 10,240,000. A partition is what retention can
    /// drop at once.
    /// </summary>
    public long PartitionSize { get; set; } = 10_240_000;

    internal void Validate()
    {
        PostgreSqlSchema.CheckName(Schema, nameof(Schema));
        CheckTime(MaxCommitTime, TimeSpan.FromMilliseconds(100), nameof(MaxCommitTime));
        CheckTime(TurnTime, TimeSpan.Zero, nameof(TurnTime), TimeSpan.FromMilliseconds(100));
        CheckTime(RetryTime, TimeSpan.Zero, nameof(RetryTime));
        CheckTime(PollInterval, TimeSpan.FromMilliseconds(10), nameof(PollInterval));
        CheckPartition(PartitionSize, nameof(PartitionSize));
    }

    private static void CheckPartition(long value, string name)
    {
        if (value < TileCoordinate.FullWidth || value % TileCoordinate.FullWidth != 0)
        {
            throw new ArgumentOutOfRangeException(name, value, $"A partition holds whole bundles: a multiple of {TileCoordinate.FullWidth} entries, and at least one.");
        }
    }

    private static void CheckTime(TimeSpan value, TimeSpan least, string name, TimeSpan? most = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most ?? TimeSpan.FromMinutes(10), name);
    }
}
