using System.Diagnostics.Metrics;

namespace ImmutableAudit.Log;

/// <summary>The meter <c>ImmutableAudit</c>; each measurement carries the log's origin as <c>log.origin</c>.</summary>
internal sealed class AuditLogMetrics : IDisposable
{
    public const string MeterName = "ImmutableAudit";

    private readonly Meter _meter;
    private readonly bool _ownsMeter;
    private readonly KeyValuePair<string, object?> _origin;
    private readonly Counter<long> _appends;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _conflicts;
    private readonly Histogram<long> _commitEntries;
    private readonly Histogram<long> _commitBytes;
    private readonly Histogram<double> _commitDuration;
    private readonly Counter<long> _publications;
    private readonly Counter<long> _publicationFailures;
    private readonly Counter<long> _observationFailures;
    private volatile Watched? _watched;

    public AuditLogMetrics(AuditLogOptions options)
    {
        _ownsMeter = options.MeterFactory is null;
        _meter = options.MeterFactory?.Create(MeterName) ?? new Meter(MeterName);
        _origin = new("log.origin", options.Origin);
        _appends = _meter.CreateCounter<long>("immutableaudit.appends", "{entry}", "Entries committed");
        _failures = _meter.CreateCounter<long>("immutableaudit.append.failures", "{append}", "Appends that failed");
        _conflicts = _meter.CreateCounter<long>("immutableaudit.commit.conflicts", "{commit}", "Commits begun again because another writer was first");
        _commitEntries = _meter.CreateHistogram<long>("immutableaudit.commit.entries", "{entry}", "Entries of a commit");
        _commitBytes = _meter.CreateHistogram<long>("immutableaudit.commit.size", "By", "Bytes of a commit's entries");
        _commitDuration = _meter.CreateHistogram<double>("immutableaudit.commit.duration", "s", "Time to hash, write and flush a commit");
        _publications = _meter.CreateCounter<long>("immutableaudit.publications", "{checkpoint}", "Checkpoints published");
        _publicationFailures = _meter.CreateCounter<long>("immutableaudit.publication.failures", "{attempt}", "Attempts to publish that failed and are repeated");
        _observationFailures = _meter.CreateCounter<long>("immutableaudit.observation.failures", "{checkpoint}", "Checkpoints that an observer could not remember");
    }

    /// <summary>Begins to report what is looked up when asked for.</summary>
    public void Watch(AppendQueue queue, Publisher publisher, TimeProvider time)
    {
        _watched = new Watched(queue, publisher, time);
        _meter.CreateObservableGauge("immutableaudit.queue.entries", () => Measure(watched => (long)watched.Queue.Entries), "{entry}", "Entries that wait to be committed");
        _meter.CreateObservableGauge("immutableaudit.queue.size", () => Measure(watched => watched.Queue.Bytes), "By", "Bytes that wait to be committed");
        _meter.CreateObservableGauge(
            "immutableaudit.checkpoint.age",
            () => Measure(watched => (watched.Time.GetUtcNow() - watched.Publisher.LatestTime).TotalSeconds),
            "s",
            "Time since the newest checkpoint was published");
    }

    public void Committed(int entries, int bytes, TimeSpan duration)
    {
        Add(_appends, entries);
        Record(_commitEntries, entries);
        Record(_commitBytes, bytes);
        Record(_commitDuration, duration.TotalSeconds);
    }

    public void Failed(int appends) => Add(_failures, appends);

    public void Conflict() => Add(_conflicts, 1);

    public void Published() => Add(_publications, 1);

    public void PublicationFailed() => Add(_publicationFailures, 1);

    public void ObservationFailed() => Add(_observationFailures, 1);

    public void Dispose()
    {
        _watched = null;
        if (_ownsMeter)
        {
            _meter.Dispose();
        }
    }

    /// <summary>A measurement of the log while it is open. A host's meter outlives it, and is not to hold it.</summary>
    private IEnumerable<Measurement<T>> Measure<T>(Func<Watched, T> measure)
        where T : struct => _watched is { } watched ? [new Measurement<T>(measure(watched), _origin)] : [];

    private void Add(Counter<long> counter, long value)
    {
        try
        {
            counter.Add(value, _origin);
        }
        catch
        {
            // A listener of the host's threw. The log does not fail for being watched.
        }
    }

    private void Record<T>(Histogram<T> histogram, T value)
        where T : struct
    {
        try
        {
            histogram.Record(value, _origin);
        }
        catch
        {
            // As above.
        }
    }

    private sealed record Watched(AppendQueue Queue, Publisher Publisher, TimeProvider Time);
}
