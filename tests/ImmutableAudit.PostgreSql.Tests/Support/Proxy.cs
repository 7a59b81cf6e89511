using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImmutableAudit.PostgreSql.Tests.Support;

/// <summary>What becomes of a message.</summary>
internal enum Fate
{
    /// <summary>It is handed on.</summary>
    Pass,

    /// <summary>It is handed on, behind an answer that the client did not ask for.</summary>
    Stray,

    /// <summary>The connection breaks before any of it is handed on.</summary>
    Cut,

    /// <summary>The connection breaks when a half of it is handed on.</summary>
    CutInside,

    /// <summary>The connection breaks for the client; the server hears nothing any more, not even that.</summary>
    Vanish,

    /// <summary>The connection breaks for the client; the message, and what comes behind it, arrives when it is <see cref="Proxy.Deliver">delivered</see>.</summary>
    Delay,
}

/// <summary>A message on its way (PostgreSQL documentation, "Frontend/Backend Protocol").</summary>
/// <param name="Connection">The number of its connection, from 1.</param>
/// <param name="Commits">Whether commits are opened on this connection.</param>
/// <param name="FromClient">Its direction.</param>
/// <param name="Text">Its bytes, as text.</param>
internal sealed record Message(int Connection, bool Commits, bool FromClient, string Text)
{
    /// <summary>Whether the server says that it has committed.</summary>
    public bool IsCommitted => !FromClient && Text.Contains("COMMIT\0", StringComparison.Ordinal);
}

/// <summary>Stands between clients and a server, and breaks connections at any message. Clients connect with <see cref="Settings"/>.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    private static readonly byte[] BindComplete = [(byte)'2', 0, 0, 0, 4];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private readonly Lock _gate = new();
    private readonly List<Link> _links = [];
    private readonly List<Task> _tasks = [];
    private readonly Task _accepting;

    public Proxy(PostgreSqlServer server)
    {
        _server = server.Port;
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Leads a client here instead: behind everything else in a connection string.</summary>
    public string Settings => $";Port={((IPEndPoint)_listener.LocalEndpoint).Port};SSL Mode=Disable;GSS Encryption Mode=Disable";

    /// <summary>Decides about each message; one at a time.</summary>
    public Func<Message, Fate> Decide { get; set; } = _ => Fate.Pass;

    /// <summary>Whether clients are let in.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>What was delayed arrives, and then the end.</summary>
    /// <returns>The port that the server sees it come from.</returns>
    public int Deliver()
    {
        lock (_gate)
        {
            var link = _links.Single(link => link.Delayed.Count > 0);
            link.Delayed.ForEach(message => link.Server.Send(message));
            link.Delayed.Clear();
            link.Server.Shutdown(SocketShutdown.Send);
            return ((IPEndPoint)link.Server.LocalEndPoint!).Port;
        }
    }

    /// <summary>How many connections there have been.</summary>
    public int Connections { get; private set; }

    /// <summary>Breaks the connections that there are.</summary>
    public void BreakAll()
    {
        lock (_gate)
        {
            _links.ForEach(link => link.Break());
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        lock (_gate)
        {
            _links.ForEach(link => link.Break());
        }

        await Task.WhenAll(_tasks);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                if (!IsOpen)
                {
                    client.Dispose();
                    continue;
                }

                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _server);
                var link = new Link(client, server) { Number = ++Connections };
                lock (_gate)
                {
                    _links.Add(link);
                    _tasks.Add(Task.Run(() => PumpAsync(link, fromClient: true)));
                    _tasks.Add(Task.Run(() => PumpAsync(link, fromClient: false)));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task PumpAsync(Link link, bool fromClient)
    {
        var (from, to) = fromClient ? (link.Client, link.Server) : (link.Server, link.Client);
        try
        {
            // A client's first message has no type.
            for (var header = fromClient ? 4 : 5; ; header = 5)
            {
                var message = await ReadAsync(from, header);
                if (message.Length == 0)
                {
                    break;
                }

                switch (Judge(link, fromClient, message))
                {
                    case Fate.Pass:
                        await to.SendAsync(message);
                        continue;
                    case Fate.Stray:
                        await link.Client.SendAsync(BindComplete);
                        await to.SendAsync(message);
                        continue;
                    case Fate.CutInside:
                        await to.SendAsync(message.AsMemory(0, message.Length / 2));
                        break;
                    case Fate.Vanish:
                        link.Client.Dispose();
                        return;
                    case Fate.Delay:
                        link.Delayed.Add(message);
                        if (message[0] == (byte)'S')
                        {
                            link.Client.Dispose();
                            return;
                        }

                        continue;
                    default:
                        break;
                }

                break;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Broken by one of the two, or from here.
        }

        if (!link.HasVanished)
        {
            link.Break();
        }
    }

    private Fate Judge(Link link, bool fromClient, byte[] message)
    {
        var text = Encoding.Latin1.GetString(message);
        lock (_gate)
        {
            link.Commits |= fromClient && text.Contains("open_commit(", StringComparison.Ordinal);
            if (link.HasVanished)
            {
                return fromClient && link.IsDelayed ? Fate.Delay : Fate.Vanish;
            }

            var fate = Decide(new Message(link.Number, link.Commits, fromClient, text));
            link.HasVanished = fate is Fate.Vanish or Fate.Delay;
            link.IsDelayed = fate == Fate.Delay;
            return fate;
        }
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int header)
    {
        var head = new byte[header];
        if (!await FillAsync(socket, head))
        {
            return [];
        }

        var message = new byte[header - 4 + BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(header - 4))];
        head.CopyTo(message, 0);
        return await FillAsync(socket, message.AsMemory(header)) ? message : [];
    }

    private static async Task<bool> FillAsync(Socket socket, Memory<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var count = await socket.ReceiveAsync(buffer);
            if (count == 0)
            {
                return false;
            }

            buffer = buffer[count..];
        }

        return true;
    }

    private sealed class Link(Socket client, Socket server)
    {
        public Socket Client => client;

        public Socket Server => server;

        public required int Number { get; init; }

        public bool Commits { get; set; }

        public bool HasVanished { get; set; }

        public bool IsDelayed { get; set; }

        public List<byte[]> Delayed { get; } = [];

        public void Break()
        {
            client.Dispose();
            server.Dispose();
        }
    }
}
