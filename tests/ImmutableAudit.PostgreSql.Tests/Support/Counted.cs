using System.Diagnostics.Metrics;

namespace ImmutableAudit.PostgreSql.Tests.Support;

/// <summary>What the sink's meter has counted since this was made.</summary>
internal sealed class Counted : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _retries;
    private long _lostAnswers;

    public Counted()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "ImmutableAudit.PostgreSql")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            switch (instrument.Name)
            {
                case "immutableaudit.postgresql.retries":
                    Interlocked.Add(ref _retries, value);
                    break;
                case "immutableaudit.postgresql.lost_answers":
                    Interlocked.Add(ref _lostAnswers, value);
                    break;
            }
        });
        _listener.Start();
    }

    public long Retries => Interlocked.Read(ref _retries);

    public long LostAnswers => Interlocked.Read(ref _lostAnswers);

    public void Dispose() => _listener.Dispose();
}
