using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ImmutableAudit.PostgreSql.Tests.Support;

/// <summary>A private PostgreSQL server on loopback, in a temporary directory that goes with it. Whoever may become another user runs it as one: root may not.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    /// <summary>The database, if somebody makes it, that takes a password to log in to.</summary>
    public const string SecuredDatabase = "secured";

    private const string OrdinaryUser = "postgres";

    private readonly string _directory;

    private PostgreSqlServer(string directory, int port)
    {
        _directory = directory;
        Port = port;
    }

    /// <summary>Where the server's programs are; <see langword="null"/> where none is installed. The environment variable <c>IMMUTABLEAUDIT_POSTGRESQL</c> names another directory.</summary>
    public static string? Programs { get; } = FindPrograms();

    public int Port { get; }

    private string Data => Path.Combine(_directory, "data");

    /// <summary>Makes a server and starts it.</summary>
    /// <param name="settings">Lines of <c>postgresql.conf</c>.</param>
    public static Task<PostgreSqlServer> StartAsync(params string[] settings) =>
        StartAsync(data => RunAsync("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"), settings);

    /// <summary>Makes a standby of a server and starts it.</summary>
    public static Task<PostgreSqlServer> StartStandbyAsync(PostgreSqlServer primary, string name, params string[] settings) => StartAsync(
        data => RunAsync("pg_basebackup", "-D", data, "-R", "--no-sync", "-c", "fast", "-d", $"host=127.0.0.1 port={primary.Port} user=postgres application_name={name}"), settings);

    /// <summary>How a role logs in.</summary>
    public string ConnectionString(string user = "postgres", string? more = null) =>
        $"Host=127.0.0.1;Port={Port};Username={user};Database=postgres;Include Error Detail=false;{more}";

    public Task StopAsync(string mode = "fast") => RunAsync("pg_ctl", "stop", "-D", Data, "-m", mode, "-w");

    public Task RestartAsync(string mode = "fast") => RunAsync("pg_ctl", "restart", "-D", Data, "-m", mode, "-w", "-l", Path.Combine(_directory, "log"));

    public Task ContinueAsync() => RunAsync("pg_ctl", "start", "-D", Data, "-w", "-l", Path.Combine(_directory, "log"));

    public Task PromoteAsync() => RunAsync("pg_ctl", "promote", "-D", Data, "-w");

    /// <summary>Runs a statement as the superuser.</summary>
    public async Task ExecuteAsync(string sql, string database = "postgres")
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(more: $"Pooling=false;Database={database}"));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Asks for one value as the superuser.</summary>
    public async Task<T> AskAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(more: "Pooling=false"));
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Writes a schema of the database to a file that a new database can be made from.</summary>
    public Task DumpAsync(string schema, string file) =>
        RunAsync("pg_dump", "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", "-n", schema, "-Fc", "-f", file, "postgres");

    /// <summary>Makes a new database from such a file.</summary>
    public async Task RestoreAsync(string database, string file)
    {
        await ExecuteAsync($"CREATE DATABASE {database}");
        await RestoreIntoAsync(database, file);
    }

    /// <summary>Puts what is in such a file into a database.</summary>
    public Task RestoreIntoAsync(string database, string file) =>
        RunAsync("pg_restore", "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", "--exit-on-error", "-d", database, file);

    /// <summary>A file for the server's programs to write to; goes with the server.</summary>
    public string PathOf(string name) => Path.Combine(_directory, name);

    /// <summary>What the server has logged: lines that begin with the time, the backend's process and the application's name.</summary>
    public async Task<string[]> LogAsync() => await File.ReadAllLinesAsync(Path.Combine(_directory, "log"));

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync("immediate");
        }
        catch (InvalidOperationException)
        {
            // It was not running.
        }

        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<PostgreSqlServer> StartAsync(Func<string, Task> make, string[] settings)
    {
        var directory = Directory.CreateTempSubdirectory("immutableaudit-pg-").FullName;
        if (Environment.UserName == "root")
        {
            await ProcessAsync("chown", OrdinaryUser, directory);
        }

        var server = new PostgreSqlServer(directory, FreePort());
        await make(server.Data);
        await File.AppendAllLinesAsync(
            Path.Combine(server.Data, "postgresql.auto.conf"),
            [
                $"port = {server.Port.ToString(CultureInfo.InvariantCulture)}", "listen_addresses = '127.0.0.1'", $"unix_socket_directories = '{directory}'",
                "max_connections = 60", "shared_buffers = '64MB'", "log_line_prefix = '%m %p [%a] '", .. settings,
            ]);
        var access = Path.Combine(server.Data, "pg_hba.conf");
        await File.WriteAllTextAsync(access, $"host {SecuredDatabase} all 127.0.0.1/32 scram-sha-256\n{await File.ReadAllTextAsync(access)}");
        await server.ContinueAsync();
        return server;
    }

    private static Task RunAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        return Environment.UserName == "root"
            ? ProcessAsync("setpriv", ["--reuid", OrdinaryUser, "--regid", OrdinaryUser, "--clear-groups", path, .. arguments])
            : ProcessAsync(path, arguments);
    }

    private static async Task ProcessAsync(string program, params string[] arguments)
    {
        // Without pipes: the server that pg_ctl starts would hold them open.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Path.GetTempPath() };
        var log = Path.GetTempFileName();
        try
        {
            foreach (var argument in new[] { "-c", "exec \"$@\" >\"$0\" 2>&1 </dev/null", log, program }.Concat(arguments))
            {
                start.ArgumentList.Add(argument);
            }

            using var process = Process.Start(start)!;
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await File.ReadAllTextAsync(log)}");
            }
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string? FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        var named = Environment.GetEnvironmentVariable("IMMUTABLEAUDIT_POSTGRESQL");
        IEnumerable<string> places = named is { Length: > 0 } ? [named]
            : Directory.Exists(Debian) ? Directory.GetDirectories(Debian).OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))
            : [];
        return places.FirstOrDefault(place => File.Exists(Path.Combine(place, "initdb")));
    }
}
