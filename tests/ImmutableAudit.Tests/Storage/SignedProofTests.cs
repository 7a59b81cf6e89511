using ImmutableAudit.Merkle;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Storage;

/// <summary>Proofs of a snapshot that remembers tiles: right at every border, bounded, and never wrong whatever becomes of the files.</summary>
public sealed class SignedProofTests : IDisposable
{
    private const int FullUpperTile = 65_536;

    // The smallest with a tile that is remembered, and a little more.
    private static readonly Lazy<TestLog> s_large = new(() => Small((2 * FullUpperTile) + 700));

    private readonly TempDirectory _directory = new();
    private readonly TestKey _key = new(TestLog.Origin);

    public void Dispose()
    {
        _key.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(515)]
    public async Task Every_proof_is_that_of_the_rfc(int size)
    {
        var log = Small(size);
        log.WriteTo(_directory, _key);
        var near = await LogSnapshot.LatestAsync(new DirectoryLogReader(_directory));
        var far = await LogSnapshot.LatestAsync(new MemoryLogReader(log, _key));

        for (var index = 0; index < size; index++)
        {
            var expected = RfcTree.InclusionProof(index, log.Leaves).Select(hash => new MerkleHash(hash)).ToList();
            foreach (var snapshot in new[] { near, far })
            {
                var proof = await snapshot.ProveAsync(index);
                Assert.Equal(expected, proof.Hashes);
                Assert.Equal(log.Entries[index], proof.Entry!.Value.ToArray());
            }
        }
    }

    [Theory]
    [InlineData(FullUpperTile - 1)]
    [InlineData(FullUpperTile)]
    [InlineData(FullUpperTile + 1)]
    [InlineData((2 * FullUpperTile) + 700)]
    public async Task So_it_is_around_the_borders_of_upper_tiles(int size)
    {
        var log = s_large.Value.First(size);
        var snapshot = await LogSnapshot.LatestAsync(new MemoryLogReader(log, _key));
        var root = new MerkleHash(log.Root);
        int[] borders = [0, 64, 128, 192, 255, 256, FullUpperTile - 1, FullUpperTile, FullUpperTile + 255, FullUpperTile + 256, size - 2, size - 1];

        // Twice: first read, then remembered.
        foreach (var index in borders.Concat(borders).Where(index => index < size))
        {
            var proof = await snapshot.ProveAsync(index);
            Assert.True(MerkleProof.VerifyInclusion(new MerkleHash(log.Leaves[index]), index, size, [.. proof.Hashes], root), $"{index}");
        }

        var some = await snapshot.ProveAsync(size / 3);
        Assert.Equal(RfcTree.InclusionProof(size / 3, log.Leaves).Select(hash => new MerkleHash(hash)), some.Hashes);
    }

    [Fact]
    public async Task Upper_tiles_are_read_once()
    {
        var reader = new MemoryLogReader(s_large.Value, _key);
        var snapshot = await LogSnapshot.LatestAsync(reader);
        await snapshot.ProveAsync(5);
        var before = reader.Reads.Count;

        await snapshot.ProveAsync(60_000);

        Assert.Equal("tile/0/234 tile/entries/234", string.Join(" ", reader.Reads.Skip(before).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void No_more_tiles_are_kept_than_there_are_places()
    {
        var cache = new TileCache();
        var all = (from level in Enumerable.Range(1, 7) from index in Enumerable.Range(0, 1_000) select new TileCoordinate(level, index)).ToList();
        foreach (var tile in all)
        {
            cache.Keep(new TileNodes(tile));
            Assert.Equal(tile, cache.Find(tile)!.Coordinate);
        }

        Assert.InRange(all.Count(tile => cache.Find(tile) is not null), 1, cache.Capacity);
        Assert.InRange(cache.Capacity, 1, 200);
    }

    [Fact]
    public async Task A_file_changed_after_it_was_read_never_makes_a_wrong_proof()
    {
        s_large.Value.WriteTo(_directory, _key);
        string[] paths =
        [
            "tile/0/000", "tile/0/513", "tile/0/514.p/188", "tile/1/000", "tile/1/002.p/2", "tile/2/000.p/2",
            "tile/entries/000", "tile/entries/514.p/188",
        ];
        int[] indexes = [0, 70, 255, 256, 60_000, FullUpperTile, (2 * FullUpperTile) + 300, (2 * FullUpperTile) + 699];
        foreach (var path in paths)
        {
            // Half of the entries were proved before, of the others only tiles further up were read.
            var before = await LogSnapshot.LatestAsync(new DirectoryLogReader(_directory));
            foreach (var index in indexes.Where(index => index % 2 == 0))
            {
                await before.ProveAsync(index);
            }

            var right = await File.ReadAllBytesAsync(_directory.Combine(path));
            var refused = 0;
            foreach (var changed in Changes(right))
            {
                await File.WriteAllBytesAsync(_directory.Combine(path), changed);
                var anew = await LogSnapshot.LatestAsync(new DirectoryLogReader(_directory));
                foreach (var index in indexes)
                {
                    await IsRightOrRefusedAsync(before, index);
                    refused += await IsRightOrRefusedAsync(anew, index) ? 0 : 1;
                }
            }

            Assert.NotEqual(0, refused);
            await File.WriteAllBytesAsync(_directory.Combine(path), right);
            foreach (var index in indexes)
            {
                Assert.True(await IsRightOrRefusedAsync(before, index), $"{path}, entry {index}");
            }
        }
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        TestLog.Of(700).WriteTo(_directory, _key);
        foreach (var path in new[] { "tile/0/001", "tile/entries/001" })
        {
            var snapshot = await LogSnapshot.LatestAsync(new DirectoryLogReader(_directory));
            File.Move(_directory.Combine(path), _directory.Combine("aside"));
            var e = await Assert.ThrowsAsync<AuditFormatException>(async () => await snapshot.ProveAsync(300));
            File.Move(_directory.Combine("aside"), _directory.Combine(path));

            Assert.Contains(path, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_entry_is_found_however_long_those_in_front_of_it_are()
    {
        // So long that the first read, by the average, does not reach it.
        var log = new TestLog(Enumerable.Range(0, 300).Select(i => i < 20 ? new byte[60_000] : new[] { (byte)i }));
        log.WriteTo(_directory, _key);
        var snapshot = await LogSnapshot.LatestAsync(new DirectoryLogReader(_directory));
        foreach (var index in new[] { 0, 1, 19, 20, 255, 256, 299 })
        {
            Assert.Equal(log.Entries[index], (await snapshot.ProveAsync(index)).Entry!.Value.ToArray());
        }
    }

    [Fact]
    public async Task Proofs_are_right_while_the_log_grows_and_many_ask()
    {
        using var logs = new TestLogs();
        await using var log = await logs.OpenAsync();
        await log.AppendAsync([.. Enumerable.Range(0, 300).Select(i => TestLogs.Event(i))]);
        await Parallel.ForAsync(0, 200, async (i, cancellation) =>
        {
            var receipt = await log.AppendAsync(TestLogs.Event(i), cancellation);
            foreach (var index in new[] { receipt.Index, receipt.Index / 2, i })
            {
                Assert.True((await log.ProveAsync(index, cancellation)).Verify([logs.Key]).Holds);
            }
        });
    }

    /// <summary>Whether there is a proof; a wrong one fails the test.</summary>
    private async Task<bool> IsRightOrRefusedAsync(LogSnapshot snapshot, int index)
    {
        try
        {
            Assert.True((await snapshot.ProveAsync(index)).Verify([_key.Verifier]).Holds, $"entry {index}");
            return true;
        }
        catch (Exception e) when (e is AuditFormatException or AuditLogCorruptException)
        {
            return false;
        }
    }

    private static TestLog Small(int size) => new(Enumerable.Range(0, size).Select(BitConverter.GetBytes));

    private static IEnumerable<byte[]> Changes(byte[] right)
    {
        yield return right[..^1];
        yield return [.. right, 0];
        yield return new byte[right.Length];
        foreach (var at in new[] { 0, 1, right.Length / 3, right.Length / 2, right.Length - 1 })
        {
            byte[] changed = [.. right];
            changed[at] ^= 1;
            yield return changed;
        }
    }
}
