using System.Diagnostics.Metrics;

namespace ImmutableAudit.Tests.Support;

/// <summary>What the meter of one log says about its queue; give it to the log as <see cref="AuditLogOptions.MeterFactory"/>.</summary>
internal sealed class QueueGauge : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _values = new(StringComparer.Ordinal);
    private Meter? _meter;

    public QueueGauge()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument is ObservableInstrument<long>)
            {
                _values[instrument.Name] = value;
            }
        });
        _listener.Start();
    }

    public Meter Create(MeterOptions options) => _meter = new Meter(options);

    /// <summary>Entries that wait, and the bytes of those that are encoded, now.</summary>
    public (long Entries, long Bytes) Read()
    {
        _listener.RecordObservableInstruments();
        return (_values["immutableaudit.queue.entries"], _values["immutableaudit.queue.size"]);
    }

    /// <summary>Forgets what was read.</summary>
    public void Forget() => _values.Clear();

    public void Dispose()
    {
        _listener.Dispose();
        _meter?.Dispose();
    }
}
