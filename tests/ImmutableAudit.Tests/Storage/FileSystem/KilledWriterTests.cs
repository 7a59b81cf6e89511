using System.Diagnostics;
using System.Globalization;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;
using ImmutableAudit.Verification;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>A writer is killed again and again, at any moment from before it opens the log, while it appends with all its might.</summary>
/// <remarks>
/// 50 lives; the environment variable <c>IMMUTABLEAUDIT_KILLS</c> says how many instead, as in
/// <c>IMMUTABLEAUDIT_KILLS=1000 dotnet test tests/ImmutableAudit.Tests --filter KilledWriter</c>.
/// </remarks>
public sealed class KilledWriterTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>As many lives share a log: every one of them is verified from its first entry.</summary>
    private const int LivesOfALog = 100;

    private static readonly int Lives =
        int.TryParse(Environment.GetEnvironmentVariable("IMMUTABLEAUDIT_KILLS"), CultureInfo.InvariantCulture, out var lives) ? lives : 50;

    private readonly TestLogs _logs = new();
    private readonly Random _random = Seeded.Random(1);
    private readonly Dictionary<long, string> _acknowledged = [];
    private readonly List<SignedCheckpoint> _checkpoints = [];
    private INoteVerifier _key = null!;
    private string _directory = "";

    private string Pem => Path.Combine(_logs.Root, "key.pem");

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_the_directory_is_valid_at_every_moment()
    {
        output.WriteLine($"Moments of {Seeded.Again}");
        using (var signer = EcdsaNoteSigner.CreatePemFile(TestLogs.Origin, Pem))
        {
            _key = VerifierKey.Parse(signer.Verifier.ToVerifierKey());
        }

        for (var first = 0; first < Lives; first += LivesOfALog)
        {
            _directory = Path.Combine(_logs.Root, $"log-{first}");
            _acknowledged.Clear();
            _checkpoints.Clear();
            await LiveAsync(Math.Min(LivesOfALog, Lives - first));
            await CheckAsync();
        }
    }

    private async Task LiveAsync(int lives)
    {
        var next = Born();
        try
        {
            for (var life = 0; life < lives; life++)
            {
                using var writer = next;
                next = Born(); // Warms up meanwhile.
                Assert.Equal("ready", Line(writer));
                writer.Say("go");
                switch (_random.Next(4))
                {
                    case 0: // Before it opens the log, or while it does.
                        Pause(15);
                        break;
                    case 1: // Not long after.
                        Acknowledge(Line(writer));
                        Pause(40);
                        break;
                    default:
                        await ReadAsync(writer, _random.Next(1, 700));
                        break;
                }

                foreach (var line in writer.Kill())
                {
                    Acknowledge(line);
                }

                await VerifyAsync();
            }
        }
        finally
        {
            next.Dispose();
        }
    }

    private async Task ReadAsync(WriterProcess writer, int lines)
    {
        var verifyAt = _random.Next(lines);
        for (var i = 0; i < lines; i++)
        {
            Acknowledge(Line(writer));
            if (i == verifyAt)
            {
                await VerifyAsync(); // While it writes.
            }
        }
    }

    /// <summary>After the last recovery everything is published, and where and what the receipts said.</summary>
    private async Task CheckAsync()
    {
        using (var last = new WriterProcess("append", _directory, Pem, "0"))
        {
            Assert.Equal((0, ""), (last.End(), await last.Errors));
        }

        await VerifyAsync();
        var total = _acknowledged.Count;
        var tree = new TreeReader(LogReader.Open(_directory));
        var size = _checkpoints[^1].Checkpoint.Size;
        for (long first = 0; first < size; first += 256)
        {
            var entries = await tree.ReadEntriesAsync(EntryBundleCoordinate.Holding(first, size));
            for (var i = 0; i < entries.Length; i++)
            {
                if (_acknowledged.Remove(first + i, out var leaf))
                {
                    Assert.Equal(leaf, Convert.ToBase64String(RfcTree.LeafHash(entries[i].ToArray())));
                }
            }
        }

        Assert.Empty(_acknowledged);
        output.WriteLine($"{total} of {size} entries acknowledged, {_checkpoints.Count} checkpoints seen");
    }

    private WriterProcess Born() => new("flood", _directory, Pem);

    private static string Line(WriterProcess writer) =>
        writer.ReadLine() ?? throw new InvalidOperationException(writer.Errors.IsCompleted ? writer.Errors.Result : "It says nothing.");

    private void Pause(int mostMilliseconds)
    {
        var until = Stopwatch.GetTimestamp() + (long)(_random.NextDouble() * mostMilliseconds / 1000 * Stopwatch.Frequency);
        SpinWait.SpinUntil(() => Stopwatch.GetTimestamp() >= until);
    }

    private void Acknowledge(string line)
    {
        // The last line may be cut off by the kill.
        if (line.Split(' ') is [var index, { Length: 44 } leaf])
        {
            Assert.True(_acknowledged.TryAdd(long.Parse(index, CultureInfo.InvariantCulture), leaf), $"Index {index} was given out twice.");
        }
    }

    private async Task VerifyAsync()
    {
        if (!File.Exists(Path.Combine(_directory, "checkpoint")))
        {
            Assert.Empty(_acknowledged); // Killed before there was a log.
            return;
        }

        var result = await new LogVerifier(LogReader.Open(_directory), new LogVerificationOptions { Keys = [_key], Since = _checkpoints }).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
        _checkpoints.Add(result.Checkpoint);
    }
}
