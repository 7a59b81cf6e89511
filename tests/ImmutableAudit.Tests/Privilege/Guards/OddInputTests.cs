using System.Security.Cryptography;
using ImmutableAudit.Privilege;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>Whatever comes in, the answer is a decision on record or nothing runs (PRIVILEGE.md P2).</summary>
public sealed class OddInputTests
{
    public static TheoryData<string> OddTexts => [new('x', 100_000), "\u0000\u001b[31m\r\n\u2028", "\ud800", $"{new string('x', 63)}😀{new string('y', 1000)}", "", " ", "\""];

    [Theory]
    [MemberData(nameof(OddTexts))]
    public async Task Any_text_is_a_resource_and_on_record(string text)
    {
        await using var shop = await GuardedShop.OpenAsync();
        using (GuardedShop.As("alice"))
        {
            if (text.Length > 1024)
            {
                var e = await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync(text, 1, "c"));
                Assert.True(e.Message.Length < 2000);
                await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.ReadAsync(text));
            }
            else
            {
                await shop.Orders.RefundAsync(text, 1, "c");
                Assert.Equal(text, await shop.Orders.ReadAsync(text));
            }

            await shop.Orders.NoteAsync(text);
        }

        var entries = await shop.SettledAsync();
        Assert.Equal(3, entries.Count);
        Assert.All(entries, entry => Assert.True(entry.Bytes.Length < 20_000));
        if (text.Length > 1024)
        {
            Assert.Contains("sha256:", entries[0].Event.Resource!.Id, StringComparison.Ordinal);
            Assert.DoesNotContain('\ufffd', entries[0].Event.Resource!.Id!);
        }
    }

    [Theory]
    [MemberData(nameof(OddTexts))]
    public async Task Any_permission_that_nobody_knows_is_denied_on_record(string permission)
    {
        await using var shop = await GuardedShop.OpenAsync(options: new() { DenialsRecordedEach = 2 });
        using (GuardedShop.As("alice"))
        {
            for (var i = 0; i < 4; i++)
            {
                var attempt = await shop.Guard.TryDemandAsync(permission);
                Assert.Equal(DenialCode.UnknownPermission, Assert.Single(attempt.Decision.Reasons).Code);
            }
        }

        await shop.Guard.DisposeAsync();
        Assert.Equal(["access.denied", "access.denied", "access.summary"], (await shop.SettledAsync()).Select(entry => entry.Type), StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OddTexts))]
    public async Task Any_subject_is_on_record(string id)
    {
        await using var shop = await GuardedShop.OpenAsync(options: new() { DenialsRecordedEach = 1 });
        if (string.IsNullOrWhiteSpace(id) || id.Length > 4096)
        {
            // Nobody can be such a subject.
            Assert.Throws<ArgumentException>(() => GuardedShop.As(id));
            return;
        }

        using (GuardedShop.As(id))
        {
            for (var i = 0; i < 3; i++)
            {
                await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("o", 1, "c"));
            }
        }

        // What of one subject cannot be recorded keeps nothing of another out.
        using (GuardedShop.As("rita"))
        {
            await shop.Orders.ReadAsync("o");
            await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("o", 1, "c"));
            await Assert.ThrowsAsync<AccessDeniedException>(() => shop.Orders.RefundAsync("o", 1, "c"));
        }

        await shop.Guard.DisposeAsync();
        var entries = await shop.SettledAsync();
        Assert.Equal(2, entries.Count(entry => entry.Type == "access.summary" && entry.Event.Actor.Id == "rita"));
        Assert.Equal(1, shop.Inner.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_resource_whose_text_cannot_be_had_is_denied(bool isRecorded)
    {
        await using var shop = await GuardedShop.OpenAsync();
        var inner = new Parcels();
        var parcels = await ParcelsOnAsync(shop.Log, inner);
        await using var guard = parcels.Guard;
        using (GuardedShop.As("alice"))
        {
            await Assert.ThrowsAsync<AccessDeniedException>(() => isRecorded ? parcels.Service.SendAsync(new Unspeakable(), null) : parcels.Service.TrackAsync(new Unspeakable()));
            await Assert.ThrowsAsync<AccessDeniedException>(() => isRecorded ? parcels.Service.SendAsync(new Talkative(), null) : parcels.Service.TrackAsync(new Talkative()));
            await (isRecorded ? parcels.Service.SendAsync(7, null) : parcels.Service.TrackAsync(7));
        }

        Assert.Equal(1, inner.Calls);
        var denials = (await shop.SettledAsync()).Where(entry => entry.Type == "access.denied").ToList();
        Assert.Equal(2, denials.Count);
        Assert.All(denials, denial => Assert.Contains(DenialCode.MalformedResource, denial.Event.Reason, StringComparison.Ordinal));
    }

    public static TheoryData<string> OddValueNames => [.. OddValues.Keys];

    private static readonly Dictionary<string, (object? Value, string Json)> OddValues = new(StringComparer.Ordinal)
    {
        ["nothing"] = (null, "null"),
        ["throws"] = (new Unspeakable(), $"\"({typeof(Unspeakable)})\""),
        ["class"] = (new Dictionary<string, int>(StringComparer.Ordinal), "\"(System.Collections.Generic.Dictionary`2[System.String,System.Int32])\""),
        ["long"] = (long.MinValue, "-9223372036854775808"),
        ["ulong"] = (ulong.MaxValue, "\"18446744073709551615\""),
        ["decimal"] = (decimal.MaxValue, "79228162514264337593543950335"),
        ["small decimal"] = (0.0000000000000000000000000001m, "0.0000000000000000000000000001"),
        ["double"] = (double.MaxValue, "1.7976931348623157E+308"),
        ["tiny"] = (double.Epsilon, "5E-324"),
        ["not a number"] = (double.NaN, "\"NaN\""),
        ["infinite"] = (float.NegativeInfinity, "\"-Infinity\""),
        ["enumeration"] = (DayOfWeek.Friday, "\"Friday\""),
        ["time"] = (new DateTimeOffset(2026, 11, 22, 1, 2, 3, TimeSpan.FromHours(1)), "\"2026-11-22T01:02:03.0000000+01:00\""),
        ["half a character"] = ("a\ud800b", "\"a\ufffdb\""),
        ["half a char"] = ('\udc00', "\"\ufffd\""),
        ["cut within a character"] = ($"{new string('x', 1023)}😀", $"\"{new string('x', 1023)}… (1025 characters)\""),
    };

    [Theory]
    [MemberData(nameof(OddValueNames))]
    public async Task Audited_values_are_on_record_as_text_number_or_type(string name)
    {
        await using var shop = await GuardedShop.OpenAsync();
        var parcels = await ParcelsOnAsync(shop.Log, new Parcels());
        await using var guard = parcels.Guard;
        using (GuardedShop.As("alice"))
        {
            await parcels.Service.SendAsync(1, OddValues[name].Value);
        }

        var decision = (await shop.SettledAsync()).Single(entry => entry.Type == "access.allowed");
        Assert.Equal(OddValues[name].Json, decision.Event.Details!.Root.GetProperty("what").GetRawText());
    }

    [Fact]
    public async Task Guarded_calls_within_guarded_calls_are_decided_by_themselves()
    {
        await using var shop = await GuardedShop.OpenAsync();
        var depth = 0;
        shop.Inner.During = async _ =>
        {
            if (++depth < 20)
            {
                shop.Orders.Count();
                await shop.Orders.RefundAsync($"o-{depth}", 1, "c");
            }
        };
        using (GuardedShop.As("alice"))
        {
            await shop.Orders.RefundAsync("o-0", 1, "c");
        }

        var entries = await shop.SettledAsync();
        Assert.Equal(39, entries.Count(entry => entry.Type == "access.allowed"));
        Assert.Equal(39, entries.Where(entry => entry.Type == "access.outcome").Select(entry => entry.Event.Ref!.Index).Distinct().Count());
    }

    [Fact]
    public async Task The_longest_of_everything_still_fits_into_an_entry()
    {
        await using var shop = await GuardedShop.OpenAsync();
        var parcels = await ParcelsOnAsync(shop.Log, new Parcels());
        await using var guard = parcels.Guard;
        using (SubjectScope.Enter(new AuditSubject { Id = new('\u0001', 2048), Issuer = new('\u0001', 2048) }))
        {
            await Assert.ThrowsAsync<AccessDeniedException>(() => parcels.Service.SendAsync(new string('\u0001', 1024), new string('\u0001', 1024)));
        }

        Assert.Single(await shop.SettledAsync());
    }

    [Theory]
    [InlineData("rita")]
    [InlineData("alice")]
    public async Task Details_by_hand_that_are_too_long_are_on_record_by_their_length_and_digest(string subject)
    {
        await using var shop = await GuardedShop.OpenAsync();
        int[] lengths = [16 * 1024, (16 * 1024) + 1, 64 * 1024, 1024 * 1024];
        var details = lengths.Select(length => AuditDetails.Parse($"{{\"note\":\"{new string('x', length - 11)}\"}}")).ToList();
        using (GuardedShop.As(subject))
        {
            foreach (var each in details)
            {
                Assert.Contains(each.Utf8.Length, lengths);
                var attempt = await shop.Guard.TryDemandAsync(Permissions.Refund, new() { Type = "order", Id = "1" }, each);
                Assert.Equal(subject == "alice", attempt.IsAllowed);
                attempt.Access?.Complete();
            }
        }

        var entries = (await shop.SettledAsync()).Where(entry => entry.Type != AccessTypes.Outcome).ToList();
        Assert.Equal(lengths.Length, entries.Count);
        Assert.Equal(details[0], entries[0].Event.Details);
        Assert.All(entries.Zip(details).Skip(1), pair => Assert.Equal(
            $"{{\"bytes\":{pair.Second.Utf8.Length},\"digest\":\"sha256:{Convert.ToHexStringLower(SHA256.HashData(pair.Second.Utf8.Span))}\"}}", pair.First.Event.Details!.ToString()));
    }

    [Fact]
    public async Task Use_that_the_last_summary_would_miss_is_not_allowed()
    {
        var sink = new InterceptedSink(new InMemorySink());
        await using var shop = await GuardedShop.OpenAsync(configure: options => options.Sink = sink);
        using (GuardedShop.As("rita"))
        {
            await shop.Orders.ReadAsync("o");
        }

        Exception? late = null;
        sink.Completing = async _ =>
        {
            sink.Completing = null;
            using (GuardedShop.As("rita"))
            {
                late = await Record.ExceptionAsync(() => shop.Orders.ReadAsync("o"));
            }

            return null;
        };
        await shop.Guard.DisposeAsync();
        Assert.IsType<AuditUnavailableException>(late);
        Assert.Equal(1, shop.Inner.Calls);
        Assert.Equal(1, Assert.Single(await shop.SettledAsync()).Event.Details!.Root.GetProperty("count").GetInt64());
    }

    [Fact]
    public async Task After_its_end_a_guard_allows_nothing()
    {
        await using var shop = await GuardedShop.OpenAsync();
        using (GuardedShop.As("alice"))
        {
            await shop.Orders.ReadAsync("o");
            var calls = shop.Inner.Calls;
            var stream = shop.Orders.ListAsync(1);
            await shop.Guard.DisposeAsync();
            await Assert.ThrowsAsync<AuditUnavailableException>(() => shop.Orders.ReadAsync("o"));
            await Assert.ThrowsAsync<AuditUnavailableException>(() => shop.Orders.RefundAsync("o", 1, "c"));
            await Assert.ThrowsAsync<AuditUnavailableException>(async () => await shop.Orders.NoteAsync("o"));
            await Assert.ThrowsAsync<AuditUnavailableException>(async () => await stream.FirstAsync());
            await Assert.ThrowsAsync<AuditUnavailableException>(async () => await shop.Guard.DemandAsync(Permissions.Refund));
            await Assert.ThrowsAsync<AuditUnavailableException>(async () => await shop.Guard.TryDemandAsync(Permissions.Refund));
            Assert.Throws<AuditUnavailableException>(() => shop.Orders.Count());
            Assert.Equal(calls, shop.Inner.Calls);
        }
    }

    private static async Task<(AccessGuard Guard, IParcels Service)> ParcelsOnAsync(AuditLog log, Parcels inner)
    {
        var guard = await AccessGuard.OpenAsync(log, GuardedShop.CatalogueOf(typeof(IParcels)), policy => policy
            .Application("parcels").Version(1)
            .Role("clerk", role => role.Allow("parcels.send").Allow("parcels.track"))
            .Assign("alice", "clerk"));
        return (guard, guard.Guard<IParcels>(inner));
    }

    private sealed class Unspeakable
    {
        public override string ToString() => throw new InvalidOperationException("secret");
    }

    private sealed class Talkative
    {
        public override string ToString() => new('t', 5000);
    }
}

[Guarded]
public interface IParcels
{
    [RequirePermission("parcels.send")]
    Task SendAsync([Resource("parcel")] object parcel, [Audited] object? what);

    [RequirePermission("parcels.track", AuditLevel = AuditLevel.DenialsOnly)]
    Task TrackAsync([Resource("parcel")] object parcel);
}

internal sealed class Parcels : IParcels
{
    public int Calls { get; private set; }

    public Task SendAsync(object parcel, object? what) => CallAsync();

    public Task TrackAsync(object parcel) => CallAsync();

    private Task CallAsync()
    {
        Calls++;
        return Task.CompletedTask;
    }
}
