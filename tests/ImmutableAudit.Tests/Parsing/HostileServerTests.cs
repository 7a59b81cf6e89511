using System.Globalization;
using System.IO.Compression;
using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Storage.Http;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Parsing;

/// <summary>A server that answers anything: an answer is read, or refused by an exception whose message is fit to be shown.</summary>
public sealed class HostileServerTests
{
    private static readonly HttpLogReaderOptions Eager = new() { RetryDelay = TimeSpan.Zero, RequestTimeout = TimeSpan.FromSeconds(10) };

    [Theory]
    [InlineData("HTTP/1.1 \e[31m200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 \e]0;title\a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 500 \e[2J\r\n\r\n")]
    [InlineData("\e[31mHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("\u009b31m\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\e[31mName: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: \e[31m\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: \e[31m\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\e[31m\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1:1/\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: javascript:alert(1)\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:99999/\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://[\e[31m\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 999 \u202E\r\n\r\n")]
    [InlineData("HTTP/9.9 200 OK\r\n\r\n")]
    [InlineData("")]
    public Task What_a_server_says_does_not_reach_messages_raw(string answer) => AssertReadOrRefusedAsync(Encoding.UTF8.GetBytes(answer));

    [Fact]
    public async Task Headers_without_end_are_given_up()
    {
        await using var server = new LoopbackServer(async (_, stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"X-{new string('a', 4000)}: b\r\n"), stop);
            }
        });

        await Assert.ThrowsAsync<AuditLogUnreadableException>(async () => await new HttpLogReader(server.Address, Eager).ReadCheckpointAsync());
    }

    [Fact]
    public void Mutated_answers_are_read_or_refused()
    {
        var body = TestLog.Of(3).Tiles().First().Bytes;
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        byte[][] seeds =
        [
            LoopbackServer.Answer("200 OK", body),
            LoopbackServer.Answer("200 OK", packed.ToArray(), "Content-Encoding: gzip"),
            [.. "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"u8],
            LoopbackServer.Answer("302 Found", [], "Location: /log/elsewhere"),
        ];
        Prop.ForAll(Mutations.Of(seeds).ToArbitrary(), answer => AssertReadOrRefusedAsync(answer).GetAwaiter().GetResult())
            .CheckSeeded(cases: 250);
    }

    private static async Task AssertReadOrRefusedAsync(byte[] answer)
    {
        await using var server = LoopbackServer.Saying(answer);
        var reader = new HttpLogReader(server.Address, Eager);
        foreach (var read in new Func<Task>[]
        {
            async () => await reader.ReadCheckpointAsync(),
            async () => await reader.ReadTileAsync(new TileCoordinate(0, 0, 3)),
            async () => await reader.ReadEntryBundleAsync(new EntryBundleCoordinate(0, 3)),
        })
        {
            try
            {
                await read();
            }
            catch (Exception e) when (e is AuditLogUnreadableException or AuditFormatException)
            {
                Assert.DoesNotContain(e.Message.EnumerateRunes(), rune => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format);
                Assert.InRange(e.Message.Length, 1, 1000);
            }
        }
    }
}
