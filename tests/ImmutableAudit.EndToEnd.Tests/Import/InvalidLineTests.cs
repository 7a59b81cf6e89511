using ImmutableAudit.Import.Input;

namespace ImmutableAudit.EndToEnd.Tests.Import;

public sealed class InvalidLineTests : IDisposable
{
    private readonly ImportRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("no json", "it is not JSON, from byte 2 on")]
    [InlineData("""{"who":"a","did":"b" """, "it is not JSON")]
    [InlineData("""{"who":"a","did":"b"} {}""", "it is not JSON")]
    [InlineData("""{"who":"a","did":"b"},"more":{"c":1}""", "it is not JSON")]
    [InlineData("""["who","did"]""", "not an object")]
    [InlineData("null", "not an object")]
    [InlineData("""{"who":"a","did":"b","who":"c"}""", "a name twice")]
    [InlineData("""{"did":"b"}""", "nothing for actor.id")]
    [InlineData("""{"who":"","did":"b"}""", "nothing for actor.id")]
    [InlineData("""{"who":"  ","did":"b"}""", "actor without id")]
    [InlineData("""{"who":"a"}""", "nothing for action")]
    public async Task An_invalid_line_is_named_and_stops_the_import_or_is_skipped_and_counted(string line, string reason)
    {
        var input = _runs.Write("in.jsonl", [.. ImportRuns.Lines(0, 3), line, "", .. ImportRuns.Lines(3, 2)]);

        var stopped = await _runs.ImportAsync(input);
        Assert.Equal(1, stopped.ExitCode);
        Assert.Contains("Line 4 of ", stopped.Error, StringComparison.Ordinal);
        Assert.Contains(reason, stopped.Error, StringComparison.Ordinal);
        await _runs.AssertActorsAsync(ImportRuns.Actors(0, 3));

        var skipped = await _runs.ImportAsync(input, "--skip-invalid");
        Assert.Equal(0, skipped.ExitCode);
        Assert.Contains("Added 2 entries, through line 7; skipped 1 invalid lines", skipped.Out, StringComparison.Ordinal);
        await _runs.AssertActorsAsync(ImportRuns.Actors(0, 5));
    }

    [Theory]
    [InlineData(65_536, "at most 65535")]
    [InlineData(LineReader.MaxLength, "longer than 1048576 bytes")]
    [InlineData(5 * LineReader.MaxLength, "longer than 1048576 bytes")]
    public Task A_line_that_is_too_large_is_named_or_skipped(int length, string reason) =>
        An_invalid_line_is_named_and_stops_the_import_or_is_skipped_and_counted(
            $$"""{"who":"a","did":"b","large":"{{new string('x', length)}}"}""", reason);

    [Theory]
    [InlineData(62, 0)]
    [InlineData(63, 1)]
    public async Task A_line_may_be_as_deep_as_details_leave_room_for(int depth, int exitCode)
    {
        var line = $$"""{"who":"user-0","did":"b","deep":{{new string('[', depth)}}{{new string(']', depth)}}}""";

        Assert.Equal(exitCode, (await _runs.ImportAsync(_runs.Write("in.jsonl", line))).ExitCode);
        await _runs.AssertActorsAsync(ImportRuns.Actors(0, 1 - exitCode));
    }

    [Fact]
    public async Task A_mended_line_is_imported_when_it_is_run_again()
    {
        var input = _runs.Write("in.jsonl", [.. ImportRuns.Lines(0, 3), "{", .. ImportRuns.Lines(4, 2)]);
        Assert.Equal(1, (await _runs.ImportAsync(input)).ExitCode);

        _runs.Write("in.jsonl", ImportRuns.Lines(0, 6));
        Assert.Equal(0, (await _runs.ImportAsync(input)).ExitCode);
        await _runs.AssertActorsAsync(ImportRuns.Actors(0, 6));
    }

    [Fact]
    public async Task Text_that_is_not_UTF_8_is_invalid()
    {
        var input = _runs.File("in.jsonl");
        await File.WriteAllBytesAsync(input, [.. "{\"who\":\""u8, 0xff, .. "\",\"did\":\"b\"}\n"u8]);

        var result = await _runs.ImportAsync(input);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Line 1 of ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_surrogates_a_byte_order_mark_and_carriage_returns_are_no_reason_to_stop()
    {
        var input = _runs.File("in.jsonl");
        await File.WriteAllBytesAsync(input, [0xef, 0xbb, 0xbf, .. "{\"who\":\"\\ud800\",\"did\":\"b\"}\r\n\r\n{\"who\":\"user-0\",\"did\":\"b\"}\r\n"u8]);

        Assert.Equal(0, (await _runs.ImportAsync(input)).ExitCode);
        await _runs.AssertActorsAsync(["\ufffd", "user-0"]);
    }

    [Fact]
    public async Task An_empty_input_is_imported_at_once()
    {
        Assert.Equal(0, (await _runs.ImportAsync(_runs.Write("in.jsonl", "", " "))).ExitCode);
        Assert.Empty(await _runs.EntriesAsync());
    }
}
