using System.Text;
using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Storage;

public sealed class LogSnapshotTests : IDisposable
{
    private static readonly TestLog Log = TestLog.Of(700);
    private readonly TestKey _key = new(TestLog.Origin);

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(259)]
    [InlineData(512)]
    [InlineData(700)]
    public async Task Every_entry_of_a_sound_log_is_read_and_proved(int size)
    {
        var log = Log.First(size);
        var snapshot = await Snapshot(new MemoryLogReader(log, _key));

        Assert.Equal(log.Entries, (await snapshot.ReadAsync().ToListAsync()).Select(entry => entry.ToArray()));
        foreach (var index in new[] { 0, size / 2, size - 1 })
        {
            var proof = await snapshot.ProveAsync(index);
            Assert.Equal(Hashes(log.Proof(index, _key)), Hashes(proof.ToBytes()));
            Assert.True(AuditProof.Parse(proof.ToBytes()).Verify([_key.Verifier]).Holds);
        }
    }

    [Fact]
    public async Task A_range_reads_its_bundles_alone()
    {
        var reader = new MemoryLogReader(Log, _key);
        var snapshot = await Snapshot(reader);

        var entries = await snapshot.ReadAsync(250, 260).ToListAsync();

        Assert.Equal(Log.Entries[250..260], entries.Select(entry => entry.ToArray()));
        Assert.DoesNotContain(reader.Reads, path => path.StartsWith("tile/entries/002", StringComparison.Ordinal));
        Assert.Empty(await snapshot.ReadAsync(700).ToListAsync());
        Assert.Empty(await snapshot.ReadAsync(5, 5).ToListAsync());
    }

    [Fact]
    public async Task No_altered_entry_is_handed_out_wherever_it_is_in_its_bundle()
    {
        var reader = new MemoryLogReader(Log, _key);
        var snapshot = await Snapshot(reader);
        foreach (var index in new[] { 0, 1, 2, 100, 255, 256, 511, 512, 513, 640, 641, 698, 699 })
        {
            var changed = Log.Entries.ToArray();
            changed[index] = [.. changed[index]];
            changed[index][^3] ^= 1;
            var forged = new TestLog(changed).Tiles().ToDictionary(file => file.Path, file => file.Bytes, StringComparer.Ordinal);
            var bundle = TestLog.PathOf("entries", index / 256, Math.Min(256, 700 - (index / 256 * 256)));
            var right = reader.Files[bundle];

            // With the tile left as it is, and with every tile made to fit.
            reader.Files[bundle] = forged[bundle];
            await Refused(snapshot, index);
            var all = reader.Files.ToDictionary(StringComparer.Ordinal);
            foreach (var (path, bytes) in forged)
                reader.Files[path] = bytes;
            await Refused(snapshot, index);

            foreach (var (path, bytes) in all)
                reader.Files[path] = bytes;
            reader.Files[bundle] = right;
            Assert.Equal(Log.Entries[index], (await snapshot.ReadAsync(index, index + 1).SingleAsync()).ToArray());
        }
    }

    [Fact]
    public async Task Unchecked_it_shows_what_is_stored()
    {
        var reader = new MemoryLogReader(Log, _key);
        var bundle = reader.Files["tile/entries/000"];
        bundle[^3] ^= 1;

        var entries = await (await Snapshot(reader)).ReadUncheckedAsync(254, 257).ToListAsync();

        Assert.Equal(Log.Entries[254], entries[0].ToArray());
        Assert.NotEqual(Log.Entries[255], entries[1].ToArray());
        Assert.Equal(Log.Entries[256], entries[2].ToArray());
    }

    [Fact]
    public async Task An_index_that_the_checkpoint_does_not_have_is_the_callers_mistake()
    {
        var snapshot = await Snapshot(new MemoryLogReader(Log, _key));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await snapshot.ProveAsync(700));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await snapshot.ProveAsync(-1));
    }

    [Fact]
    public async Task Without_a_checkpoint_there_is_no_log()
    {
        var reader = new MemoryLogReader(Log, _key);
        reader.Files.Remove("checkpoint");

        await Assert.ThrowsAsync<AuditLogUnreadableException>(async () => await Snapshot(reader));
    }

    /// <summary>A proof without its checkpoint, which is signed anew, and so differently, each time.</summary>
    private static string Hashes(byte[] proof) => Encoding.UTF8.GetString(proof).Split("\n\n")[0];

    private static ValueTask<LogSnapshot> Snapshot(MemoryLogReader reader) => LogSnapshot.LatestAsync(reader);

    private static async Task Refused(LogSnapshot snapshot, int index)
    {
        await Assert.ThrowsAsync<AuditLogCorruptException>(async () => await snapshot.ReadAsync(index, index + 1).ToListAsync());
        await Assert.ThrowsAsync<AuditLogCorruptException>(async () => await snapshot.ProveAsync(index));
    }
}
