using ImmutableAudit.Checkpoints;
using ImmutableAudit.EndToEnd.Tests.Support;
using ImmutableAudit.Import;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Verification;

namespace ImmutableAudit.EndToEnd.Tests.Import;

/// <summary>Runs the import, and looks at the log that it leaves behind.</summary>
internal sealed class ImportRuns : IDisposable
{
    private static readonly string[] Mapping = ["--map", "actor.id=$.who", "--map", "action=$.did"];

    private readonly TemporaryDirectory _directory = new();

    public string Log => _directory.File("log");

    public void Dispose() => _directory.Dispose();

    public string File(string name) => _directory.File(name);

    /// <summary>Writes an input; each line gets a newline.</summary>
    public string Write(string name, params IEnumerable<string> lines)
    {
        System.IO.File.WriteAllText(File(name), string.Concat(lines.Select(line => line + "\n")));
        return File(name);
    }

    public static string Line(int i) => $$"""{"who":"user-{{i}}","did":"thing.read"}""";

    public static IEnumerable<string> Lines(int from, int count) => Enumerable.Range(from, count).Select(Line);

    /// <summary>Imports with the mapping of <see cref="Line"/>.</summary>
    public Task<ProcessResult> ImportAsync(string input, params string[] args) => RunAsync(["--input", input, .. Mapping, .. args]);

    public async Task<ProcessResult> RunAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var exitCode = await ImportCommand.RunAsync(["--log", Log, .. args], output, error);
        return new ProcessResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The log's entries, after all of it was verified.</summary>
    public async Task<List<AuditEntry>> EntriesAsync()
    {
        var key = VerifierKey.ReadFile(File(Path.Combine("log-keys", "audit.vkey")));
        var result = await new LogVerifier(LogReader.Open(Log), new LogVerificationOptions { Keys = [key] }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);

        await using var log = await AuditLog.OpenAsync(new AuditLogOptions
        {
            Origin = key.Name,
            Sink = new FileSystemSink(Log),
            Signers = { EcdsaNoteSigner.FromPemFile(key.Name, File(Path.Combine("log-keys", "audit.pem"))) },
        });
        return await log.ReadAsync().ToListAsync();
    }

    /// <summary>Who acts in the entries, one by one: with <see cref="Line"/>, which lines were imported.</summary>
    public async Task AssertActorsAsync(params IEnumerable<string> expected) =>
        Assert.Equal(expected, (await EntriesAsync()).Select(entry => entry.Event.Actor.Id), StringComparer.Ordinal);

    public static IEnumerable<string> Actors(int from, int count) => Enumerable.Range(from, count).Select(i => $"user-{i}");
}
