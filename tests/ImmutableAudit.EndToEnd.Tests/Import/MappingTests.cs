namespace ImmutableAudit.EndToEnd.Tests.Import;

public sealed class MappingTests : IDisposable
{
    private readonly ImportRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task Every_member_is_found_where_the_mapping_says()
    {
        var input = _runs.Write("in.jsonl", """
            {"user":{"name":"alice","realm":"corp"},"svc":"files","calls":[{"op":"read"},{"op":"write"}],"odd.name":"s-1","code":17,"ok":true,"uid":"019aa8c5-2c0b-7a3e-9d52-4b1f6f0c7e11","trace":"4bf92f3577b34da6a3ce929d0e0e4736"}
            """);

        var result = await _runs.RunAsync(
            "--input", input,
            "--map", "actor.id=$.user.name", "--map", "actor.issuer = $.user.realm", "--map", "actor.kind=\"human\"", "--map", "actor.person=$.user.none",
            "--map", "action=$.svc + ':' + $.calls[1].op",
            "--map", "resource.type='file'", "--map", "resource.id=$.none | $.calls[7].op | $.code",
            "--map", "outcome=$.ok", "--map", "session=$[\"odd.name\"]", "--map", "reason=$.user | $.svc + $.none | 'none given'",
            "--map", "source.app=$.svc", "--map", "id=$.uid", "--map", "trace=$.trace");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var entry = Assert.Single(await _runs.EntriesAsync());
        Assert.Equal(
            new AuditEvent
            {
                Id = Guid.Parse("019aa8c5-2c0b-7a3e-9d52-4b1f6f0c7e11"),
                Session = "s-1",
                Actor = new AuditSubject { Issuer = "corp", Id = "alice", Kind = "human" },
                Action = "files:write",
                Resource = new AuditResource { Type = "file", Id = "17" },
                Outcome = "true",
                Reason = "none given",
                Source = new AuditSource { App = "files" },
                Trace = "4bf92f3577b34da6a3ce929d0e0e4736",
                Details = entry.Event.Details,
            },
            entry.Event);
        var line = File.ReadAllText(input).TrimEnd();
        Assert.Equal(line, entry.Event.Details!.Root.GetProperty("record").GetRawText());
    }

    [Theory]
    [InlineData("type='grant.approved'", "'type' cannot be mapped to")]
    [InlineData("time=$.at", "the log stamps its own")]
    [InlineData("grant=$.g", "There is no member 'grant'")]
    [InlineData("details=$.d", "There is no member 'details'")]
    [InlineData("Actor.Id=$.d", "There is no member 'Actor.Id'")]
    [InlineData("action=$.again", "'action' twice")]
    [InlineData("resource.id=$.x", "Nothing is mapped to 'resource.type'")]
    [InlineData("reason", "is malformed")]
    [InlineData("reason=", "malformed at character 1")]
    [InlineData("reason=word", "malformed at character 1")]
    [InlineData("reason=$", "malformed at character 2")]
    [InlineData("reason=$.", "malformed at character 3")]
    [InlineData("reason=$..a", "malformed at character 3")]
    [InlineData("reason=$.a[", "malformed at character 5")]
    [InlineData("reason=$.a[-1]", "an index")]
    [InlineData("reason=$.a[99999999999]", "an index")]
    [InlineData("reason=$.a[0", "expected ']'")]
    [InlineData("reason=$['a", "a second quote")]
    [InlineData("reason=$.a $.b", "'+', '|' or the end")]
    [InlineData("reason=$.a +", "malformed at character 6")]
    [InlineData("reason=| $.a", "malformed at character 1")]
    public async Task A_mapping_that_cannot_be_is_refused_before_there_is_a_log(string mapping, string message)
    {
        var result = await _runs.ImportAsync(_runs.Write("in.jsonl", ImportRuns.Lines(0, 1)), "--map", mapping);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_runs.Log));
    }

    [Theory]
    [InlineData]
    [InlineData("--map", "actor.id=$.who")]
    [InlineData("--map", "action=$.did")]
    [InlineData("--preset", "nothing-known")]
    [InlineData("--skip")]
    public async Task Arguments_that_do_not_suffice_are_refused_before_there_is_a_log(params string[] args)
    {
        var result = await _runs.RunAsync(["--input", _runs.Write("in.jsonl", ImportRuns.Lines(0, 1)), .. args]);

        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Error);
        Assert.False(Directory.Exists(_runs.Log));
    }

    [Fact]
    public async Task A_missing_input_leaves_nothing_behind()
    {
        var result = await _runs.ImportAsync(_runs.File("missing.jsonl"));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("missing.jsonl", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_runs.Log) || Directory.Exists(_runs.Log + "-keys"));
    }
}
