using ImmutableAudit.EndToEnd.Tests.Verifier;
using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.PostgreSql;

namespace ImmutableAudit.PostgreSql.Tests;

/// <summary>The auditor's tool on a database, as on a directory.</summary>
[Collection(ServerTests.Name)]
public sealed class VerifierTests(ServerFixture fixture)
{
    private const int Entries = 600;

    [ServerFact]
    public async Task Every_verb_reads_a_database_as_it_reads_a_directory()
    {
        using var schema = await fixture.CreateSchemaAsync();
        await FillAsync(schema);
        var database = $"postgresql://{schema.Name}_reads@127.0.0.1:{schema.Server.Port}/postgres?schema={schema.Name}";
        var key = schema.Signer.Verifier.ToVerifierKey();
        var proof = Path.GetTempFileName();
        try
        {
            Assert.Contains($"at size {Entries}", await HoldsAsync("verify", database, "--key", key), StringComparison.Ordinal);
            Assert.Contains("test.append", await HoldsAsync("show", database, "--key", key, "--from", "517", "--to", "517"), StringComparison.Ordinal);
            await HoldsAsync("prove", database, "517", "--output", proof);
            await HoldsAsync("check", proof, "--key", key);
            await HoldsAsync("access", database, "--key", key);
            await HoldsAsync("review", database, "--key", key);
            await HoldsAsync("evidence", database, "--key", key, "--framework", "soc2");
            Assert.Contains(
                $"at size {Entries}",
                await HoldsAsync("verify", $"Host=127.0.0.1;Port={schema.Server.Port};Username={schema.Name}_reads;Database=postgres;Schema={schema.Name};Origin={TestSchema.Origin}", "--key", key),
                StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(proof);
        }
    }

    [ServerFact]
    public async Task An_export_is_file_by_file_what_the_file_sink_would_have_written()
    {
        using var schema = await fixture.CreateSchemaAsync();
        var root = Directory.CreateTempSubdirectory("immutableaudit-").FullName;
        try
        {
            var (copy, written) = (Path.Combine(root, "copy"), Path.Combine(root, "written"));
            var entries = await FillAsync(schema);
            var database = $"postgresql://{schema.Name}_reads@127.0.0.1:{schema.Server.Port}/postgres?schema={schema.Name}";
            await HoldsAsync("export", database, copy, "--key", schema.Signer.Verifier.ToVerifierKey());
            await HoldsAsync("verify", copy, "--key", schema.Signer.Verifier.ToVerifierKey());

            // The file sink is given the same bytes, and so the same tree.
            await SinkFiller.FillAsync(new FileSystemSink(written), TestSchema.Origin, entries, schema.Signer);
            var files = Files(written).Where(file => !file.StartsWith("journal", StringComparison.Ordinal) && file != "checkpoint").ToList();
            Assert.Equal(files, Files(copy).Where(file => file != "checkpoint" && !file.StartsWith('.')), StringComparer.Ordinal);
            foreach (var file in files)
            {
                Assert.True(
                    File.ReadAllBytes(Path.Combine(written, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(copy, file))), $"{file} differs.");
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [ServerFact]
    public async Task A_database_that_cannot_be_read_is_no_verdict_and_shows_no_password()
    {
        using var schema = await fixture.CreateSchemaAsync();
        var key = schema.Signer.Verifier.ToVerifierKey();
        foreach (var database in new[]
        {
            $"postgresql://{schema.Name}_reads:s3cret@127.0.0.1:{schema.Server.Port}/postgres?schema={schema.Name}", // No log yet.
            $"postgresql://{schema.Name}_reads:s3cret@127.0.0.1:{schema.Server.Port}/postgres?schema={schema.Name}&origin=other.example/log",
            $"postgresql://{schema.Name}_reads:s3cret@127.0.0.1:{schema.Server.Port}/postgres?schema=nowhere",
            $"postgresql://nobody:s3cret@127.0.0.1:{schema.Server.Port}/postgres?schema={schema.Name}",
            "postgresql://reads:s3cret@127.0.0.1:1/postgres",
            "postgresql://reads:s3cret@127.0.0.1:99999999/postgres",
            "Host=127.0.0.1;Password=s3cret;Nonsense=1",
            $"postgresql://{schema.Name}_reads:s3cret@127.0.0.1:{schema.Server.Port}/postgres?schema=no%20name",
        })
        {
            var result = await Cli.RunAsync("verify", database, "--key", key);
            Assert.Equal(2, result.ExitCode);
            Assert.DoesNotContain("s3cret", result.Out + result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_script_is_printed_as_it_is_run()
    {
        Assert.Equal(PostgreSqlSchema.Script("audit"), (await Cli.RunAsync("schema", "postgresql", "--schema", "audit")).Out);
        Assert.Equal(2, (await Cli.RunAsync("schema", "postgresql", "--schema", "a b; DROP")).ExitCode);
        Assert.Equal(2, (await Cli.RunAsync("schema", "oracle")).ExitCode);
    }

    private static async Task<List<ReadOnlyMemory<byte>>> FillAsync(TestSchema schema)
    {
        await using var log = await schema.OpenAsync();
        await log.AppendAsync(Enumerable.Range(0, Entries).Select(i => EncodedEvent.Create(TestSchema.Event(i))).ToList());
        await log.FlushAsync();
        var entries = new List<ReadOnlyMemory<byte>>();
        await foreach (var entry in log.ReadAsync())
        {
            entries.Add(entry.Bytes);
        }

        return entries;
    }

    private static async Task<string> HoldsAsync(params string[] arguments)
    {
        var result = await Cli.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.Out} {result.Error}");
        return result.Out;
    }

    private static List<string> Files(string directory) =>
        [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(directory, file)).Order(StringComparer.Ordinal)];
}
