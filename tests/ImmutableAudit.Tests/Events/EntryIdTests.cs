using ImmutableAudit.Events;

namespace ImmutableAudit.Tests.Events;

/// <summary>RFC 9562 section 5.7.</summary>
public sealed class EntryIdTests
{
    [Fact]
    public void Carries_its_time_version_and_variant_and_never_comes_again()
    {
        var time = new DateTimeOffset(2026, 11, 22, 1, 2, 3, 456, TimeSpan.FromHours(5));
        var ids = Enumerable.Range(0, 10_000).Select(_ => EntryId.Create(time)).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id =>
        {
            Assert.Equal(7, id.Version);
            Assert.InRange(id.Variant, 8, 11);
            Assert.Equal(time.ToUnixTimeMilliseconds(), Convert.ToInt64(id.ToString("N")[..12], 16));
        });

        // Each of the 74 bits that are random takes both values.
        for (var bit = 0; bit < 128; bit++)
        {
            var values = ids.Select(id => (id.ToByteArray(bigEndian: true)[bit / 8] >> (7 - (bit % 8))) & 1).Distinct().Count();
            Assert.Equal(bit is < 52 or 64 or 65 ? 1 : 2, values);
        }
    }

    [Fact]
    public async Task Threads_do_not_share_randomness()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            Enumerable.Range(0, 1_000).Select(_ => EntryId.Create(DateTimeOffset.UnixEpoch)).ToList())));
        Assert.Equal(8_000, ids.SelectMany(some => some).Distinct().Count());
    }
}
