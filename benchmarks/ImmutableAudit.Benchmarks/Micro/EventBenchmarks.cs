using BenchmarkDotNet.Attributes;
using ImmutableAudit.Benchmarks.Subjects;
using ImmutableAudit.Events;

namespace ImmutableAudit.Benchmarks.Micro;

/// <summary>From an event to the bytes of an entry of 256 bytes, and back.</summary>
public class EventBenchmarks
{
    private readonly byte[] _entry = new byte[BenchmarkEntry.Length];
    private readonly byte[] _stored = new byte[BenchmarkEntry.Length];

    [GlobalSetup]
    public void Prepare()
    {
        BenchmarkEntry.Bytes.CopyTo(_stored, 0);
        EntryTime.Stamp(_stored, DateTimeOffset.UnixEpoch);
    }

    [Benchmark]
    public int Encode() => EventEncoder.Encode(BenchmarkEntry.Event, Guid.Empty).Length;

    [Benchmark]
    public void CopyEncoded() => BenchmarkEntry.Encoded.CopyTo(_entry, Guid.Empty);

    [Benchmark]
    public object Decode() => AuditEntry.Decode(0, _stored);
}
