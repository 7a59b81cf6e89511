using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Events;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Events;

public class EntryTimeTests
{
    [Fact]
    public void Every_time_survives_in_utc() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue).Two().Select(p => ((long)p.Item1 << 31 | (long)p.Item2) % DateTime.MaxValue.Ticks)), ticks =>
        {
            var entry = Samples.Encode(Samples.Minimal);
            var time = new DateTimeOffset(ticks, TimeSpan.Zero);
            EntryTime.Stamp(entry, time);
            Assert.True(EntryTime.TryRead(entry, out var fast));
            Assert.True(EntryTime.TryReadSlow(entry, out var slow));
            Assert.Equal((time, time, time, TimeSpan.Zero), (fast, slow, AuditEntry.Decode(0, entry).Time, fast.Offset));
        }).CheckSeeded();

    [Fact]
    public void The_first_and_last_time_there_is_survive()
    {
        var text = new byte[EntryTime.Length];
        foreach (var time in new[] { DateTimeOffset.MinValue, DateTimeOffset.MaxValue })
        {
            EntryTime.Format(time, text);
            Assert.True(EntryTime.TryParse(text, out var read));
            Assert.Equal(time, read);
        }
    }

    [Theory]
    [InlineData("2026-11-21T21:16:47.1234567+00:00")]
    [InlineData("2026-11-21T21:16:47.1234567+01:00")]
    [InlineData("2026-11-21T21:16:47.1234567")]
    [InlineData("2026-11-21T21:16:47.1234567z")]
    [InlineData("2026-11-21t21:16:47.1234567Z")]
    [InlineData("2026-11-21 21:16:47.1234567Z")]
    [InlineData("2026-11-21T21:16:47.123456Z")]
    [InlineData("2026-11-21T21:16:47.12345678Z")]
    [InlineData("2026-11-21T21:16:47Z")]
    [InlineData("2026-13-21T21:16:47.1234567Z")]
    [InlineData("2026-00-21T21:16:47.1234567Z")]
    [InlineData("2026-02-29T21:16:47.1234567Z")]
    [InlineData("2026-11-00T21:16:47.1234567Z")]
    [InlineData("2026-11-21T24:16:47.1234567Z")]
    [InlineData("2026-11-21T21:60:47.1234567Z")]
    [InlineData("2026-11-21T21:16:60.1234567Z")]
    [InlineData("2026-11-21T21:16:47,1234567Z")]
    [InlineData("0000-11-21T21:16:47.1234567Z")]
    [InlineData("+026-11-21T21:16:47.1234567Z")]
    [InlineData("2026-11-21T21:16:47.123456\\u0037Z")]
    [InlineData(" 2026-11-21T21:16:47.123456Z")]
    [InlineData("")]
    public void No_other_form_is_a_time(string text)
    {
        var entry = Encoding.UTF8.GetBytes(Samples.Head.Replace("2026-11-21T21:16:47.1234567Z", text, StringComparison.Ordinal)
            + "\"actor\":{\"id\":\"a\"},\"action\":\"b\"}");
        Assert.False(EntryTime.TryRead(entry, out _));
        Assert.False(EntryTime.TryReadSlow(entry, out _));
        Assert.False(AuditEntry.TryDecode(0, entry, out _));
    }

    [Theory]
    [InlineData("""{ "v": 1, "time": "2026-11-21T21:16:47.1234567Z" }""")]
    [InlineData("""{"v":10,"time":"2026-11-21T21:16:47.1234567Z"}""")]
    [InlineData("""{"type":{"time":"no"},"list":[{"time":1}],"time":"2026-11-21T21:16:47.1234567Z"}""")]
    [InlineData("""{"v":1,"t\u0069me":"2026-11-21T21:16:47.1234567Z"}""")]
    public void An_entry_in_another_spelling_is_read_the_slow_way(string json)
    {
        Assert.True(EntryTime.TryRead(Encoding.UTF8.GetBytes(json), out var time));
        Assert.Equal(Samples.Time, time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[\"time\"]")]
    [InlineData("\"time\"")]
    [InlineData("{\"time\":7}")]
    [InlineData("{\"time\"")]
    [InlineData("{\"\\ud800ime\":1}")]
    [InlineData("{\"tim\\udc00\":\"2026-11-21T21:16:47.1234567Z\"}")]
    [InlineData("{\"tim\\ud83d\\u0065\":\"2026-11-21T21:16:47.1234567Z\"}")]
    [InlineData("{\"x\":{\"time\":\"2026-11-21T21:16:47.1234567Z\"}}")]
    public void An_entry_without_time_has_none(string json) => Assert.False(EntryTime.TryRead(Encoding.UTF8.GetBytes(json), out _));

    [Fact]
    public void The_fast_way_and_the_slow_way_agree_on_damaged_entries()
    {
        var entry = Samples.Encode(Samples.Minimal);
        Prop.ForAll(Arb.From(Gen.Choose(0, 60).Two()), Arb.From(Gen.Choose(0, 255)), (places, value) =>
        {
            var damaged = entry.ToArray();
            damaged[places.Item1] = (byte)value;
            damaged[places.Item2] ^= (byte)(value >> 3);
            var fast = EntryTime.TryRead(damaged, out var fastTime);
            var slow = EntryTime.TryReadSlow(damaged, out var slowTime);
            Assert.Equal((slow, slowTime), (fast, fastTime));
        }).CheckSeeded(cases: 2000);
    }
}
