using System.IO.Compression;

namespace ImmutableAudit.Storage.Http;

/// <summary>Reads the beginning of an answer's body, decompressed, and no more of it than was asked for.</summary>
internal static class HttpBody
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>The body's first bytes: all of them where there are not more than <paramref name="atMost"/>.</summary>
    /// <exception cref="InvalidDataException">The body is encoded in a way that was not asked for, or not validly.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        HttpContent content, int atMost, CancellationToken cancellationToken)
    {
        var body = Decode(content, await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        await using (body.ConfigureAwait(false))
        {
            // The header that announces a length is not believed: memory grows with what really arrives.
            var bytes = new byte[Math.Min(FirstBuffer, atMost)];
            var filled = 0;
            while (filled < atMost)
            {
                if (filled == bytes.Length)
                {
                    Array.Resize(ref bytes, (int)Math.Min(2L * bytes.Length, atMost));
                }

                var read = await body.ReadAsync(bytes.AsMemory(filled), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                filled += read;
            }

            return bytes.AsMemory(0, filled);
        }
    }

    private static Stream Decode(HttpContent content, Stream body) => string.Join(", ", content.Headers.ContentEncoding) switch
    {
        "" or "identity" => body,
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
        var other => throw new InvalidDataException($"the body is encoded as '{other}', which was not asked for."),
    };
}
