using System.Security.Cryptography;
using System.Text;
using ImmutableAudit.Import;
using ImmutableAudit.Import.Input;
using ImmutableAudit.Import.Mapping;
using ImmutableAudit.Storage.InMemory;

namespace ImmutableAudit.EndToEnd.Tests.Import;

public sealed class ResumptionTests : IDisposable
{
    private readonly ImportRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task A_second_run_adds_nothing()
    {
        var input = _runs.Write("in.jsonl", ImportRuns.Lines(0, 700));
        Assert.Equal(0, (await _runs.ImportAsync(input)).ExitCode);

        var again = await _runs.ImportAsync(input);

        Assert.Equal(0, again.ExitCode);
        Assert.Contains("Added 0 entries", again.Out, StringComparison.Ordinal);
        await _runs.AssertActorsAsync(ImportRuns.Actors(0, 700));
    }

    [Fact]
    public async Task An_input_that_has_grown_is_gone_on_with_behind_its_last_line()
    {
        foreach (var count in new[] { 0, 1, 2, 300, 301, 513, 1200 })
        {
            var input = _runs.Write("in.jsonl", ImportRuns.Lines(0, count));
            Assert.Equal(0, (await _runs.ImportAsync(input)).ExitCode);
        }

        await _runs.AssertActorsAsync(ImportRuns.Actors(0, 1200));
    }

    [Fact]
    public async Task A_last_line_may_get_its_newline_later()
    {
        var input = _runs.File("in.jsonl");
        await File.WriteAllTextAsync(input, ImportRuns.Line(0));
        Assert.Equal(0, (await _runs.ImportAsync(input)).ExitCode);

        _runs.Write("in.jsonl", ImportRuns.Lines(0, 2));
        Assert.Equal(0, (await _runs.ImportAsync(input)).ExitCode);
        await _runs.AssertActorsAsync(ImportRuns.Actors(0, 2));
    }

    [Fact]
    public async Task Inputs_that_take_turns_are_each_gone_on_with()
    {
        foreach (var count in new[] { 400, 800 })
        {
            Assert.Equal(0, (await _runs.ImportAsync(_runs.Write("a.jsonl", ImportRuns.Lines(0, count)))).ExitCode);
            Assert.Equal(0, (await _runs.ImportAsync(_runs.Write("b.jsonl", ImportRuns.Lines(10_000, count)))).ExitCode);
        }

        await _runs.AssertActorsAsync([.. ImportRuns.Actors(0, 400), .. ImportRuns.Actors(10_000, 400), .. ImportRuns.Actors(400, 400), .. ImportRuns.Actors(10_400, 400)]);
    }

    [Fact]
    public async Task An_input_is_recognised_under_another_name()
    {
        await _runs.ImportAsync(_runs.Write("other.jsonl", ImportRuns.Lines(500, 3)));
        await _runs.ImportAsync(_runs.Write("a.jsonl", ImportRuns.Lines(0, 5)));

        var renamed = await _runs.ImportAsync(_runs.Write("b.jsonl", ImportRuns.Lines(0, 7)));
        var under = await _runs.ImportAsync(_runs.File("b.jsonl"), "--name", "a.jsonl");

        Assert.Equal((0, 0), (renamed.ExitCode, under.ExitCode));
        Assert.Contains("through line 5, as 'a.jsonl'", renamed.Out, StringComparison.Ordinal);
        await _runs.AssertActorsAsync([.. ImportRuns.Actors(500, 3), .. ImportRuns.Actors(0, 7)]);
    }

    [Fact]
    public async Task A_name_read_back_from_the_log_cannot_drive_a_terminal()
    {
        const string Hostile = "\e[2J\u009b31m\u202E";
        var input = _runs.Write("in.jsonl", ImportRuns.Lines(0, 3));
        await _runs.ImportAsync(input, "--name", Hostile);

        var again = await _runs.ImportAsync(input);
        var changed = await _runs.ImportAsync(_runs.Write("in.jsonl", ImportRuns.Lines(1, 3)), "--name", Hostile);

        Assert.Equal((0, 1), (again.ExitCode, changed.ExitCode));
        Assert.Contains(@"as '\u001b[2J\u009b31m\u202e'", again.Out, StringComparison.Ordinal);
        Assert.Contains(@"of '\u001b[2J\u009b31m\u202e'", changed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(again.Out + changed.Error, c => c is '\e' or '\u009b' or '\u202E');
    }

    [Theory]
    [InlineData(1)]
    [InlineData(250)]
    [InlineData(300)]
    public async Task A_changed_input_is_refused_and_the_changed_line_is_named(int changed)
    {
        await _runs.ImportAsync(_runs.Write("in.jsonl", ImportRuns.Lines(0, 300)));
        var lines = ImportRuns.Lines(0, 400).ToArray();
        lines[changed - 1] = ImportRuns.Line(77_777);

        var result = await _runs.ImportAsync(_runs.Write("in.jsonl", lines));

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"Line {changed} of ", result.Error, StringComparison.Ordinal);
        await _runs.AssertActorsAsync(ImportRuns.Actors(0, 300));

        var other = await _runs.ImportAsync(_runs.File("in.jsonl"), "--name", "another");
        Assert.Equal(0, other.ExitCode);
        Assert.Equal(700, (await _runs.EntriesAsync()).Count);
    }

    [Fact]
    public async Task An_input_that_was_cut_off_is_refused()
    {
        await _runs.ImportAsync(_runs.Write("in.jsonl", ImportRuns.Lines(0, 300)));

        var result = await _runs.ImportAsync(_runs.Write("in.jsonl", ImportRuns.Lines(0, 299)));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("has 299 lines, but 300", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_entry_records_the_digest_of_its_input_through_its_line()
    {
        var lines = new[] { ImportRuns.Line(0), "", "not JSON", ImportRuns.Line(1) };
        await _runs.ImportAsync(_runs.Write("in.jsonl", lines), "--skip-invalid");

        var entries = await _runs.EntriesAsync();

        Assert.Equal(
            [new InputPosition("in.jsonl", 1, DigestOf(lines[..1])), new InputPosition("in.jsonl", 4, DigestOf(lines))],
            entries.Select(InputPosition.Of));
    }

    [Fact]
    public async Task A_run_that_is_stopped_adds_what_it_has_read_and_the_next_goes_on()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var log = await AuditLog.OpenAsync(new AuditLogOptions
        {
            Origin = "import.example/audit",
            Sink = new InMemorySink(new InMemoryStore()),
            Signers = { new Checkpoints.EcdsaNoteSigner("import.example/audit", key) },
        });
        var input = _runs.Write("in.jsonl", ImportRuns.Lines(0, 20_000));
        var mapping = EventMapping.Create(null, ["actor.id=$.who", "action=$.did"]);
        var runs = 0;
        for (ImportResult? result = null; result?.LastLine != 20_000; runs++)
        {
            using var stop = new CancellationTokenSource();
            var from = await new Resumption(log, input).FindAsync("in.jsonl", CancellationToken.None);
            using var lines = new LineReader(new StoppingStream(File.ReadAllBytes(input), 200_000 * (runs + 1), stop));
            result = await new Importer(log, mapping, skipInvalid: false).RunAsync(lines, from, stop.Token);
            Assert.Null(result.Fault);
        }

        Assert.True(runs > 2);
        Assert.Equal(ImportRuns.Actors(0, 20_000), await log.ReadAsync().Select(entry => entry.Event.Actor.Id).ToListAsync(), StringComparer.Ordinal);
    }

    private static string DigestOf(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")))));

    /// <summary>Asks for an end when so much has been read.</summary>
    private sealed class StoppingStream(byte[] content, int limit, CancellationTokenSource stop) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = base.Read(buffer, offset, count);
            if (Position > limit)
            {
                stop.Cancel();
            }

            return read;
        }
    }
}
