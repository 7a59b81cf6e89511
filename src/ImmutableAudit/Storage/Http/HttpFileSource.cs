using System.Net;

namespace ImmutableAudit.Storage.Http;

/// <summary>The files of a log below a URL. A failure that may pass is tried again; everything else is reported at once.</summary>
internal sealed class HttpFileSource(Uri address, HttpClient client, HttpLogReaderOptions options) : ILogFileSource
{
    public string Locate(string path) => new Uri(address, path).AbsoluteUri;

    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, int atMost, CancellationToken cancellationToken)
    {
        var url = new Uri(address, path);
        var pause = options.RetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            var last = attempt == options.MaxAttempts;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                request.Headers.AcceptEncoding.ParseAdd("gzip, identity");

                // Headers and body together: a body that drips for ever runs out of the same time.
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                deadline.CancelAfter(options.RequestTimeout);
                using var response = await client
                    .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token).ConfigureAwait(false);
                switch (response.StatusCode)
                {
                    case HttpStatusCode.OK:
                        return await HttpBody.ReadAsync(response.Content, atMost, deadline.Token).ConfigureAwait(false);
                    case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                        return null;
                    case var status when last || !MayPass(status):
                        throw new AuditLogUnreadableException(
                            $"'{url.AbsoluteUri}' cannot be read: the server answered {(int)status} ({status}){Times(attempt)}.");
                }
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new AuditLogUnreadableException(
                    $"'{url.AbsoluteUri}' cannot be read: the answer did not arrive whole within {options.RequestTimeout.TotalSeconds} s.", e);
            }
            catch (InvalidDataException e)
            {
                throw new AuditLogUnreadableException($"'{url.AbsoluteUri}' cannot be read: {Printable.Of(e.Message)}", e);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or UriFormatException or NotSupportedException)
            {
                // The last two are what redirections to something that is no web server end in. Messages may quote the server.
                if (last)
                {
                    throw new AuditLogUnreadableException($"'{url.AbsoluteUri}' cannot be read: {Printable.Of(e.Message)}{Times(attempt)}", e);
                }
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < HttpLogReaderOptions.LongestRetryDelay ? pause * 2 : HttpLogReaderOptions.LongestRetryDelay;
        }
    }

    private static bool MayPass(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private static string Times(int attempts) => attempts == 1 ? string.Empty : $" ({attempts} attempts)";
}
