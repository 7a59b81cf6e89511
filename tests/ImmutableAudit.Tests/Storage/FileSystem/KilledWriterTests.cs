using System.Globalization;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>A writer is killed again and again while it appends with all its might.</summary>
public sealed class KilledWriterTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_the_directory_is_valid_at_every_moment()
    {
        var random = new Random(20261121);
        var pem = Path.Combine(_logs.Root, "key.pem");
        var acknowledged = new Dictionary<long, string>();
        var checkpoints = new List<SignedCheckpoint>();
        INoteVerifier? key = null;
        for (var life = 0; life < 8; life++)
        {
            using var writer = new WriterProcess("flood", _logs.LogDirectory, pem);
            void Acknowledge(string line)
            {
                // The last line may be cut off by the kill.
                if (line.Split(' ') is [var index, { Length: 44 } leaf])
                {
                    acknowledged.Add(long.Parse(index, CultureInfo.InvariantCulture), leaf);
                }
            }

            var lines = random.Next(50, 4000);
            var verifyAt = random.Next(lines);
            for (var i = 0; i < lines; i++)
            {
                Acknowledge(writer.ReadLine() ?? throw new InvalidOperationException(await writer.Errors));
                if (i == verifyAt)
                {
                    key ??= VerifierKey.Parse(File.ReadAllText(Path.ChangeExtension(pem, ".vkey")).Trim());
                    await VerifyAsync(key, checkpoints);
                }
            }

            foreach (var line in writer.Kill())
            {
                Acknowledge(line);
            }

            await VerifyAsync(key!, checkpoints);
        }

        // The last recovery, in order; after it, everything is published.
        using (var last = new WriterProcess("append", _logs.LogDirectory, pem, "0"))
        {
            Assert.Equal((0, ""), (last.End(), await last.Errors));
        }

        await VerifyAsync(key!, checkpoints);
        var tree = new TreeReader(LogReader.Open(_logs.LogDirectory));
        var size = checkpoints[^1].Checkpoint.Size;
        for (long first = 0; first < size; first += 256)
        {
            var entries = await tree.ReadEntriesAsync(ImmutableAudit.Tiles.EntryBundleCoordinate.Holding(first, size));
            for (var i = 0; i < entries.Length; i++)
            {
                if (acknowledged.Remove(first + i, out var leaf))
                {
                    Assert.Equal(leaf, Convert.ToBase64String(RfcTree.LeafHash(entries[i].ToArray())));
                }
            }
        }

        Assert.Empty(acknowledged);
        output.WriteLine($"{size} entries, {checkpoints.Count} checkpoints seen");
    }

    private async Task VerifyAsync(INoteVerifier key, List<SignedCheckpoint> checkpoints)
    {
        var result = await new LogVerifier(LogReader.Open(_logs.LogDirectory), new LogVerificationOptions { Keys = [key], Since = checkpoints }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        checkpoints.Add(result.Checkpoint);
    }
}
