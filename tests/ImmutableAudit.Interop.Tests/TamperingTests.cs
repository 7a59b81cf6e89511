using ImmutableAudit.Interop.Tests.Support;
using Xunit.Abstractions;

namespace ImmutableAudit.Interop.Tests;

/// <summary>The independent client notices what was tampered with, so its agreement (<see cref="AgreementTests"/>) means something.</summary>
[Collection(GoClientTests.Name)]
public sealed class TamperingTests(GoClient client, ITestOutputHelper output, TamperingTests.SharedLog shared) : IClassFixture<TamperingTests.SharedLog>
{
    [GoFact]
    public async Task The_copy_that_nobody_touched_holds()
    {
        var log = await shared.WrittenAsync();
        var copy = log.Copy("untouched");
        await client.AcceptsAsync(output, "-key", log.KeyFile, "-since", log.Kept[0], copy);
    }

    [GoTheory]
    [InlineData("tile/entries/000", "")]
    [InlineData("tile/entries/001", "")]
    [InlineData("tile/entries/002.p/88", "")]
    [InlineData("tile/0/000", "tiles: tile/0/000 is not what the entries give")]
    [InlineData("tile/0/002.p/88", "tiles: tile/0/002.p/88 is not what the entries give")]
    [InlineData("tile/1/000.p/2", "tiles: tile/1/000.p/2 is not what the entries give")]
    [InlineData("checkpoint", "checkpoint: ")]
    public async Task A_flipped_byte_shows(string file, string expected)
    {
        var log = await shared.WrittenAsync();
        var copy = log.Copy(file.Replace('/', '-'));
        var path = Path.Combine(copy, file);
        var bytes = await File.ReadAllBytesAsync(path);
        foreach (var position in new[] { 0, bytes.Length / 3, bytes.Length / 2, bytes.Length - 10 })
        {
            bytes[position] ^= 1;
            await File.WriteAllBytesAsync(path, bytes);
            Assert.StartsWith("FAIL " + expected, await client.RefusesAsync(output, "-key", log.KeyFile, copy), StringComparison.Ordinal);
            bytes[position] ^= 1;
        }
    }

    [GoTheory]
    [InlineData("tile/entries/001")]
    [InlineData("tile/entries/002.p/88")]
    [InlineData("tile/0/001")]
    [InlineData("tile/0/002.p/88")]
    [InlineData("tile/1/000.p/2")]
    [InlineData("checkpoint")]
    public async Task A_file_that_is_missing_or_cut_short_shows(string file)
    {
        var log = await shared.WrittenAsync();
        var copy = log.Copy(file.Replace('/', '-') + "-cut");
        var path = Path.Combine(copy, file);
        var bytes = await File.ReadAllBytesAsync(path);

        await File.WriteAllBytesAsync(path, bytes[..^1]);
        await client.RefusesAsync(output, "-key", log.KeyFile, copy);

        await File.WriteAllBytesAsync(path, [.. bytes, 0]);
        await client.RefusesAsync(output, "-key", log.KeyFile, copy);

        File.Delete(path);
        await client.RefusesAsync(output, "-key", log.KeyFile, copy);
    }

    [GoFact]
    public async Task A_log_that_is_shorter_than_a_kept_checkpoint_shows()
    {
        var log = await shared.WrittenAsync();
        using var shorter = log.WithSameKey();
        await shorter.AppendAsync(300);
        await client.AcceptsAsync(output, "-key", shorter.KeyFile, shorter.Path);
        Assert.Contains(
            "size 600, but the log has only 300 entries now",
            await client.RefusesAsync(output, "-key", shorter.KeyFile, "-since", log.Kept[^1], shorter.Path),
            StringComparison.Ordinal);
    }

    [GoFact]
    public async Task A_log_that_was_written_anew_under_the_same_key_shows_against_a_kept_checkpoint()
    {
        var log = await shared.WrittenAsync();
        using var other = log.WithSameKey();
        await other.AppendAsync(700);
        await client.AcceptsAsync(output, "-key", other.KeyFile, other.Path);
        foreach (var kept in log.Kept)
        {
            Assert.StartsWith(
                "FAIL since ", await client.RefusesAsync(output, "-key", other.KeyFile, "-since", kept, other.Path), StringComparison.Ordinal);
        }
    }

    [GoFact]
    public async Task A_flipped_byte_of_a_portable_proof_shows()
    {
        var log = await shared.WrittenAsync();
        var file = (await log.ProveAsync(256))[0];
        await client.AcceptsAsync(output, "-key", log.KeyFile, "-proof", file);

        var bytes = await File.ReadAllBytesAsync(file);
        for (var position = 0; position < bytes.Length - 10; position += 23)
        {
            bytes[position] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);
            await client.RefusesAsync(output, "-key", log.KeyFile, "-proof", file);
            bytes[position] ^= 1;
        }
    }

    /// <summary>A log of 600 entries, written in two runs when the first test needs it. Tests change copies of it.</summary>
    public sealed class SharedLog : IAsyncLifetime
    {
        private Task<WrittenLog>? _log;

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync()
        {
            if (_log is not null)
            {
                (await _log).Dispose();
            }
        }

        internal Task<WrittenLog> WrittenAsync() => _log ??= WriteAsync();

        private static async Task<WrittenLog> WriteAsync()
        {
            var log = new WrittenLog();
            await log.AppendAsync(300);
            await log.AppendAsync(300);
            return log;
        }
    }
}
