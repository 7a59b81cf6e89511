using System.IO.Compression;
using System.Text;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.Http;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Storage;

public sealed class HttpLogReaderTests
{
    private static readonly TileCoordinate Three = new(0, 0, 3);
    private static readonly HttpLogReaderOptions Eager = new() { RetryDelay = TimeSpan.Zero };

    [Fact]
    public async Task It_reads_what_a_static_server_serves_below_a_path()
    {
        using var directory = new TempDirectory();
        using var key = new TestKey(TestLog.Origin);
        var log = TestLog.Of(256);
        log.WriteTo(directory, key);
        await using var server = LoopbackServer.Of(directory);
        var reader = LogReader.Open(server.Address.AbsoluteUri.TrimEnd('/'));

        Assert.IsType<HttpLogReader>(reader);
        Assert.Equal(await File.ReadAllBytesAsync(directory.Combine("checkpoint")), (await reader.ReadCheckpointAsync())!.Value.ToArray());
        Assert.Equal(log.Leaves[..3].SelectMany(h => h), (await reader.ReadTileAsync(Three))!.Value.ToArray());
        Assert.Equal(
            await File.ReadAllBytesAsync(directory.Combine("tile/entries/000")),
            (await reader.ReadEntryBundleAsync(new EntryBundleCoordinate(0)))!.Value.ToArray());
        Assert.Equal(
            "/log/checkpoint /log/tile/0/000.p/3 /log/tile/0/000 /log/tile/entries/000",
            string.Join(' ', server.Requests.Select(LoopbackServer.PathOf)));
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("410 Gone")]
    public async Task What_the_server_says_is_not_there_is_null(string status)
    {
        await using var server = LoopbackServer.Saying(LoopbackServer.Answer(status, []));

        Assert.Null(await new HttpLogReader(server.Address, Eager).ReadCheckpointAsync());
    }

    [Fact]
    public async Task A_compressed_answer_is_decompressed()
    {
        await using var server = LoopbackServer.Saying(
            LoopbackServer.Answer("200 OK", Gzip(Enumerable.Repeat((byte)7, 96)), "Content-Encoding: gzip"));

        var tile = await new HttpLogReader(server.Address, Eager).ReadTileAsync(Three);

        Assert.Equal(Enumerable.Repeat((byte)7, 96), tile!.Value.ToArray());
        Assert.Contains("Accept-Encoding: gzip", server.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_answer_that_decompresses_to_much_is_cut()
    {
        await using var server = LoopbackServer.Saying(
            LoopbackServer.Answer("200 OK", Gzip(new byte[50_000_000]), "Content-Encoding: gzip"));
        var reader = new HttpLogReader(server.Address, Eager);

        await Assert.ThrowsAsync<AuditFormatException>(async () => await reader.ReadTileAsync(Three));
        await Assert.ThrowsAsync<AuditLogUnreadableException>(async () => await reader.ReadCheckpointAsync());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("gzip, gzip")]
    public async Task An_answer_that_cannot_be_decoded_is_unreadable(string encoding)
    {
        await using var server = LoopbackServer.Saying(
            LoopbackServer.Answer("200 OK", new byte[96], $"Content-Encoding: {encoding}"));

        var e = await Assert.ThrowsAsync<AuditLogUnreadableException>(
            async () => await new HttpLogReader(server.Address, Eager).ReadTileAsync(Three));

        Assert.Contains(server.Address + "tile/0/000.p/3", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_answer_is_cut()
    {
        await using var server = new LoopbackServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync(new byte[8192], stop);
            }
        });
        var reader = new HttpLogReader(server.Address, Eager);

        await Assert.ThrowsAsync<AuditLogUnreadableException>(async () => await reader.ReadCheckpointAsync());
        await Assert.ThrowsAsync<AuditFormatException>(async () => await reader.ReadTileAsync(Three));
        await Assert.ThrowsAsync<AuditFormatException>(async () => await reader.ReadEntryBundleAsync(new EntryBundleCoordinate(0, 1)));
    }

    [Fact]
    public async Task A_length_that_is_only_claimed_takes_no_memory_and_no_part_in_the_judgement()
    {
        await using var server = LoopbackServer.Saying(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9000000000000\r\n\r\nabc"u8.ToArray());

        var e = await Assert.ThrowsAsync<AuditLogUnreadableException>(
            async () => await new HttpLogReader(server.Address, Eager).ReadCheckpointAsync());

        Assert.Contains("3 attempts", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 96\r\n\r\nab")]
    public async Task A_server_that_goes_silent_is_given_up_after_the_timeout(string beginning)
    {
        await using var server = new LoopbackServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        var options = new HttpLogReaderOptions { RequestTimeout = TimeSpan.FromMilliseconds(50) };

        var e = await Assert.ThrowsAsync<AuditLogUnreadableException>(
            async () => await new HttpLogReader(server.Address, options).ReadTileAsync(Three));

        Assert.Contains("within 0.05 s", e.Message, StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count, 0, 1);
    }

    [Fact]
    public void How_patiently_it_asks_has_bounds()
    {
        var address = new Uri("http://localhost/");
        foreach (var options in new HttpLogReaderOptions[]
        {
            new() { RequestTimeout = TimeSpan.Zero },
            new() { RequestTimeout = TimeSpan.FromDays(1) + TimeSpan.FromTicks(1) },
            new() { RequestTimeout = TimeSpan.MaxValue },
            new() { RetryDelay = TimeSpan.FromTicks(-1) },
            new() { RetryDelay = TimeSpan.FromHours(1) + TimeSpan.FromTicks(1) },
            new() { RetryDelay = TimeSpan.MaxValue },
            new() { MaxAttempts = 0 },
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new HttpLogReader(address, options));
        }

        _ = new HttpLogReader(address, new HttpLogReaderOptions
        {
            RequestTimeout = TimeSpan.FromDays(1),
            RetryDelay = TimeSpan.FromHours(1),
            MaxAttempts = int.MaxValue,
        });
    }

    [Fact]
    public async Task A_server_that_drips_is_given_up_after_the_timeout_too()
    {
        await using var server = new LoopbackServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray(), stop);
                await Task.Delay(5, stop);
            }
        });
        var options = new HttpLogReaderOptions { RequestTimeout = TimeSpan.FromMilliseconds(100) };

        await Assert.ThrowsAsync<AuditLogUnreadableException>(
            async () => await new HttpLogReader(server.Address, options).ReadCheckpointAsync());
    }

    [Theory]
    [InlineData("500 Internal Server Error", 3)]
    [InlineData("503 Service Unavailable", 3)]
    [InlineData("429 Too Many Requests", 3)]
    [InlineData("403 Forbidden", 1)]
    [InlineData("206 Partial Content", 1)]
    [InlineData("304 Not Modified", 1)]
    public async Task A_wrong_answer_is_unreadable_and_asked_for_again_where_it_may_pass(string status, int attempts)
    {
        await using var server = LoopbackServer.Saying(LoopbackServer.Answer(status, []));

        var e = await Assert.ThrowsAsync<AuditLogUnreadableException>(
            async () => await new HttpLogReader(server.Address, Eager).ReadCheckpointAsync());

        Assert.Contains(server.Address + "checkpoint", e.Message, StringComparison.Ordinal);
        Assert.Contains(status[..3], e.Message, StringComparison.Ordinal);
        Assert.Equal(attempts, server.Requests.Count);
    }

    [Fact]
    public async Task A_failure_that_passes_is_not_noticed()
    {
        var asked = 0;
        await using var server = new LoopbackServer(async (_, stream, stop) =>
        {
            var answer = Interlocked.Increment(ref asked) switch
            {
                1 => LoopbackServer.Answer("503 Service Unavailable", []),
                2 => "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 96\r\n\r\ntorn"u8.ToArray(),
                _ => LoopbackServer.Answer("200 OK", new byte[96]),
            };
            await stream.WriteAsync(answer, stop);
        });

        Assert.Equal(new byte[96], (await new HttpLogReader(server.Address, Eager).ReadTileAsync(Three))!.Value.ToArray());
    }

    [Fact]
    public async Task Redirects_are_followed_a_few_times_only()
    {
        await using var server = LoopbackServer.Saying(LoopbackServer.Answer("302 Found", [], "Location: /log/elsewhere"));

        var e = await Assert.ThrowsAsync<AuditLogUnreadableException>(
            async () => await new HttpLogReader(server.Address, Eager).ReadCheckpointAsync());

        Assert.Contains("302", e.Message, StringComparison.Ordinal);
        Assert.Equal(6, server.Requests.Count);
    }

    [Fact]
    public async Task Garbage_for_an_answer_is_unreadable()
    {
        await using var server = LoopbackServer.Saying("\0\0SMTP ready\r\n\r\n"u8.ToArray());

        await Assert.ThrowsAsync<AuditLogUnreadableException>(
            async () => await new HttpLogReader(server.Address, Eager).ReadCheckpointAsync());
    }

    [Fact]
    public async Task No_server_at_all_is_unreadable()
    {
        var server = LoopbackServer.Saying([]);
        await server.DisposeAsync();

        await Assert.ThrowsAsync<AuditLogUnreadableException>(
            async () => await new HttpLogReader(server.Address, Eager).ReadCheckpointAsync());
    }

    [Fact]
    public async Task The_callers_cancellation_is_the_callers_cancellation()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = new LoopbackServer(async (_, _, stop) =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.Infinite, stop);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await new HttpLogReader(server.Address, Eager).ReadCheckpointAsync(cancellation.Token));
    }

    [Theory]
    [InlineData("http://user:secret@example.com/log")]
    [InlineData("https://example.com/log?x=1")]
    [InlineData("https://example.com/log#x")]
    [InlineData("http://")]
    public void An_address_that_cannot_be_a_logs_is_refused_without_repeating_a_password(string address)
    {
        var e = Assert.Throws<AuditLogUnreadableException>(() => LogReader.Open(address));

        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    private static byte[] Gzip(IEnumerable<byte> bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
        {
            gzip.Write(bytes as byte[] ?? [.. bytes]);
        }

        return result.ToArray();
    }
}
