using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImmutableAudit.Tests.Support;

/// <summary>
/// A web server on 127.0.0.1 that says exactly the bytes that a test wants to be said, well-formed or not. Each connection
/// carries one request.
/// </summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, Stream, CancellationToken, Task> _answer;
    private readonly Task _accepting;
    private readonly List<string> _requests = [];

    /// <summary>Gives each request's head to <paramref name="answer"/>, which writes the whole answer.</summary>
    public LoopbackServer(Func<string, Stream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/log/");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>The requests so far, head by head.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Serves the files of a directory below <c>/log/</c>.</summary>
    public static LoopbackServer Of(string directory) => new(async (request, stream, stop) =>
    {
        var file = System.IO.Path.Combine(directory, PathOf(request)["/log/".Length..]);
        await stream.WriteAsync(File.Exists(file) ? Answer("200 OK", File.ReadAllBytes(file)) : Answer("404 Not Found", []), stop);
    });

    /// <summary>Answers every request with the same bytes.</summary>
    public static LoopbackServer Saying(byte[] answer) => new(async (_, stream, stop) => await stream.WriteAsync(answer, stop));

    public static string PathOf(string request) => request.Split(' ')[1];

    public static byte[] Answer(string status, byte[] body, params string[] headers) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n"),
        .. body,
    ];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var head = new StringBuilder();
                var buffer = new byte[1];
                while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer, _stop.Token) == 1)
                {
                    head.Append((char)buffer[0]);
                }

                if (head.Length == 0)
                {
                    return;
                }

                lock (_requests)
                {
                    _requests.Add(head.ToString());
                }

                await _answer(head.ToString(), stream, _stop.Token);
                client.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // The client hung up, as some tests want it to.
            }
        }
    }
}
