namespace ImmutableAudit.EndToEnd.Tests.Verifier;

public sealed class BadInputTests
{
    [Theory]
    [InlineData("")]
    [InlineData("verify")]
    [InlineData("show")]
    [InlineData("prove LOG")]
    [InlineData("export LOG")]
    [InlineData("check")]
    [InlineData("nonsense")]
    [InlineData("verify LOG LOG --key KEY")]
    [InlineData("verify LOG --key")]
    [InlineData("verify LOG --nonsense")]
    [InlineData("show LOG --from")]
    public async Task Arguments_that_make_no_command_are_explained(string arguments)
    {
        using var log = await SampleLog.OfAsync(1);
        var args = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(arg => arg switch { "LOG" => log.Directory, "KEY" => log.Key, _ => arg }).ToArray();

        var plain = await Cli.RunAsync(args);
        var json = await Cli.RunAsync([.. args.Take(1), "--json", .. args.Skip(1)]);

        Assert.Equal((2, 2), (plain.ExitCode, json.ExitCode));
        Assert.StartsWith("error: ", plain.Error, StringComparison.Ordinal);
        Assert.Contains("--help", plain.Error, StringComparison.Ordinal);
        Assert.Empty(plain.Out);
        Assert.NotEmpty(json.Json.GetProperty("error").GetString()!);
        Assert.Equal(2, json.Json.GetProperty("exitCode").GetInt32());
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("verify --help")]
    [InlineData("show --help")]
    [InlineData("prove --help")]
    [InlineData("check --help")]
    [InlineData("export --help")]
    public async Task Help_is_no_error(string arguments)
    {
        var result = await Cli.RunAsync(arguments.Split(' '));

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("Usage:", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_log_is_not_checked()
    {
        using var log = await SampleLog.OfAsync(1);
        var empty = Directory.CreateDirectory(log.Path("empty")).FullName;
        var file = log.Write("file", "text");

        foreach (var path in new[] { empty, file, log.Path("missing"), "", "http://", "a\0b" })
        {
            foreach (var args in new string[][]
            {
                ["verify", path, "--key", log.Key],
                ["show", path],
                ["show", path, "--key", log.Key],
                ["prove", path, "0"],
            })
            {
                var result = await Cli.RunAsync([.. args, "--json"]);

                Assert.Equal((2, 2), (result.ExitCode, result.Json.GetProperty("exitCode").GetInt32()));
                Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_url_where_nobody_answers_is_not_checked()
    {
        using var log = await SampleLog.OfAsync(0);

        var result = await Cli.RunAsync("verify", "http://127.0.0.1:1/", "--key", log.Key);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("127.0.0.1", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://user:pass-word@127.0.0.1:1/")]
    [InlineData("https://user:pass-word@127.0.0.1:port/")]
    [InlineData("http://user:pass/pass-word@[::1/")]
    [InlineData("http://127.0.0.1:1/?token=pass-word")]
    public async Task A_password_in_a_url_is_not_repeated(string url)
    {
        using var log = await SampleLog.OfAsync(0);

        foreach (var args in new string[][] { ["verify", url, "--key", log.Key], ["show", url], ["prove", url, "0"] })
        {
            var plain = await Cli.RunAsync(args);
            var json = await Cli.RunAsync([.. args, "--json"]);

            Assert.Equal((2, 2), (plain.ExitCode, json.ExitCode));
            Assert.DoesNotContain("pass-word", plain.Out + plain.Error + json.Out + json.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("a+b+c")]
    [InlineData("shop.example/audit+00000000+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABA==")]
    [InlineData("name+e2d5ee56+AVdt8eHWlGNPpNBVoP1xqF5gtC0YdTpP2bKkNnPFOQXQ")]
    [InlineData("")]
    public async Task A_key_that_is_none_is_explained(string key)
    {
        using var log = await SampleLog.OfAsync(1);
        var file = log.Write("bad.vkey", key);

        foreach (var given in new[] { key, file })
        {
            var result = await Cli.RunAsync("verify", log.Directory, "--key", given);

            Assert.Equal(2, result.ExitCode);
            Assert.Contains("--key", result.Error, StringComparison.Ordinal);
            Assert.Empty(result.Out);
        }
    }

    [Fact]
    public async Task A_key_of_a_type_that_is_not_in_the_box_is_named()
    {
        using var log = await SampleLog.OfAsync(1);

        var result = await Cli.RunAsync("verify", log.Directory, "--key", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Ed25519", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_not_what_they_should_be_are_named()
    {
        using var log = await SampleLog.OfAsync(1);
        var text = log.Write("text", "text\n");
        var huge = log.Write("huge", new string('x', 1 << 20));

        foreach (var path in new[] { text, huge, log.Path("missing"), log.Directory })
        {
            foreach (var args in new string[][]
            {
                ["verify", log.Directory, "--key", log.Key, "--since", path],
                ["verify", log.Directory, "--key", log.Key, "--proof", path],
                ["check", path, "--key", log.Key],
            })
            {
                var result = await Cli.RunAsync(args);

                Assert.Equal(2, result.ExitCode);
                Assert.Contains(path, result.Error, StringComparison.Ordinal);
                Assert.Empty(result.Out);
            }
        }
    }

    [Theory]
    [InlineData("/dev/immutable-audit-test")]
    [InlineData("/dev/../dev/immutable-audit-test")]
    [InlineData("/dev/fd/immutable-audit-test")]
    [InlineData("/proc/self/fd/immutable-audit-test")]
    public async Task A_device_is_not_replaced_by_a_file(string path)
    {
        using var log = await SampleLog.OfAsync(1);

        foreach (var args in new string[][] { ["prove", log.Directory, "0", "--output", path], ["verify", log.Directory, "--key", log.Key, "--save", path] })
        {
            Assert.Equal(2, (await Cli.RunAsync(args)).ExitCode);
            Assert.False(File.Exists(path));
        }
    }
}
