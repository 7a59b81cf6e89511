using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;
using ImmutableAudit.Verification;
using Kind = ImmutableAudit.Verification.VerificationFailureKind;

namespace ImmutableAudit.Tests.Verification;

/// <summary>Somebody who cannot sign changes files of a log.</summary>
public sealed class TamperedFilesTests : IDisposable
{
    private const string Bundle = "tile/entries/000.p/40";
    private const string LeafTile = "tile/0/000.p/40";

    // Short entries, so that every byte can be tried.
    private static readonly TestLog Forty = new(Enumerable.Range(0, 40).Select(
        i => Encoding.UTF8.GetBytes($$"""{"v":1,"time":"{{TestLog.Time(i):yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}}"}""")));

    private static readonly TestLog ThreeHundred = TestLog.Of(300);
    private static readonly Lazy<TestLog> Large = new(() => TestLog.Of(66_000));

    private readonly TestKey _key = new(TestLog.Origin);

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task Any_byte_of_a_bundle_names_its_entry()
    {
        var reader = new MemoryLogReader(Forty, _key);
        await ForEachByteAsync(reader, Bundle, async offset =>
        {
            var failure = await Verify.FailureAsync(reader, _key);

            var entry = offset / (Forty.Entries[0].Length + 2);
            Assert.Equal(entry, failure.EntryIndex);
            Assert.Equal(Bundle, failure.Path);
            Assert.Contains($"ntry {entry} ", failure.Message, StringComparison.Ordinal);
            Assert.True(failure.Kind is Kind.EntryAltered or Kind.Malformed, failure.Message);
            if (failure.Kind == Kind.EntryAltered)
            {
                Assert.Equal(Convert.ToBase64String(Forty.Leaves[entry]), failure.Expected);
                Assert.False(failure.Expected == failure.Found);
            }
        });
    }

    [Fact]
    public async Task Any_byte_of_a_leaf_tile_names_the_tile_not_the_entry_as_altered()
    {
        var reader = new MemoryLogReader(Forty, _key);
        await ForEachByteAsync(reader, LeafTile, async offset =>
        {
            var failure = await Verify.FailureAsync(reader, _key);

            Assert.Equal(Kind.TileAltered, failure.Kind);
            Assert.Equal((LeafTile, offset / 32), (failure.Path, failure.EntryIndex));
            Assert.Equal(Convert.ToBase64String(Forty.Leaves[offset / 32]), failure.Expected);
        });
    }

    [Fact]
    public async Task Any_byte_of_the_checkpoint_shows()
    {
        var reader = new MemoryLogReader(Forty, _key);
        await ForEachByteAsync(reader, "checkpoint", async _ =>
        {
            var failure = await Verify.FailureAsync(reader, _key);

            Assert.True(failure.Kind is Kind.Checkpoint or Kind.Signature, failure.Message);
        });
    }

    [Fact]
    public async Task Any_byte_of_a_proof_shows()
    {
        var proof = Forty.Proof(17, _key);
        var reader = new MemoryLogReader(Forty, _key);
        for (var i = 0; i < proof.Length; i++)
        {
            var altered = Flip(proof, i);
            if (AuditProof.TryParse(altered, out var parsed))
            {
                var options = new LogVerificationOptions { Keys = [_key.Verifier], Proofs = [parsed] };
                var result = await new LogVerifier(reader, options).VerifyAsync();
                Assert.True(result.Failure?.Kind is Kind.Proof or Kind.Signature, $"byte {i}: {result.Failure?.Kind}");
            }
        }
    }

    [Theory]
    [InlineData("tile/1/000", 0, 255)]
    [InlineData("tile/1/001.p/1", 0, 0)]
    [InlineData("tile/2/000.p/1", 0, 0)]
    public async Task An_upper_tile_is_named(string path, int firstSlot, int lastSlot)
    {
        foreach (var slot in new[] { firstSlot, lastSlot })
        {
            var reader = new MemoryLogReader(Large.Value, _key);
            reader.Files[path] = Flip(reader.Files[path], slot * 32);

            var failure = await Verify.FailureAsync(reader, _key);

            Assert.Equal((Kind.TileAltered, path), (failure.Kind, failure.Path));
            Assert.Null(failure.EntryIndex);
        }
    }

    [Fact]
    public async Task In_a_large_log_the_altered_entry_is_named()
    {
        foreach (var entry in new[] { 0, 1, 255, 256, 40_000, 65_535, 65_536, 65_999 })
        {
            var path = EntryBundleCoordinate.Holding(entry, 66_000).Path;
            var reader = new MemoryLogReader(Large.Value, _key);
            var offset = Large.Value.Entries.Skip(entry / 256 * 256).Take(entry % 256).Sum(e => e.Length + 2) + 30;
            reader.Files[path] = Flip(reader.Files[path], offset);

            var failure = await Verify.FailureAsync(reader, _key);

            Assert.Equal((Kind.EntryAltered, path), (failure.Kind, failure.Path));
            Assert.Equal(entry, failure.EntryIndex);
        }
    }

    [Fact]
    public async Task An_entry_altered_together_with_its_tile_shows_in_the_tile_above()
    {
        var reader = new MemoryLogReader(Large.Value, _key);
        AlterWithTiles(reader, Large.Value, 700, levels: 1);

        var failure = await Verify.FailureAsync(reader, _key);

        Assert.Equal((Kind.EntryAltered, "tile/1/000"), (failure.Kind, failure.Path));
        Assert.Contains("entries 512 to 767", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_altered_together_with_all_its_tiles_shows_in_the_root()
    {
        var reader = new MemoryLogReader(ThreeHundred, _key);
        AlterWithTiles(reader, ThreeHundred, 17, levels: 2);

        var failure = await Verify.FailureAsync(reader, _key);

        Assert.Equal(Kind.Root, failure.Kind);
        Assert.Equal(Convert.ToBase64String(ThreeHundred.Root), failure.Expected);
    }

    [Fact]
    public async Task Two_files_altered_in_one_place_accuse_neither_alone()
    {
        var reader = new MemoryLogReader(Forty, _key);
        reader.Files[Bundle] = Flip(reader.Files[Bundle], 20);
        reader.Files[LeafTile] = Flip(reader.Files[LeafTile], 39 * 32);

        var failure = await Verify.FailureAsync(reader, _key);

        Assert.Equal((Kind.Mismatch, 0L), (failure.Kind, failure.EntryIndex));
    }

    [Fact]
    public async Task The_first_of_several_is_named_whichever_is_found_first()
    {
        using var later = new ManualResetEventSlim();
        var reader = new MemoryLogReader(TestLog.Of(1000), _key);
        reader.Files["tile/entries/000"] = Flip(reader.Files["tile/entries/000"], 40);
        reader.Files["tile/entries/001"] = Flip(reader.Files["tile/entries/001"], 40);
        reader.BeforeRead = path =>
        {
            if (path == "tile/entries/000")
            {
                later.Wait();
            }
            else if (path == "tile/0/001")
            {
                later.Set();
            }
        };

        Assert.Equal(0, (await Verify.FailureAsync(reader, _key)).EntryIndex);
    }

    [Fact]
    public async Task Every_file_that_is_missing_cut_longer_or_another_shows()
    {
        var whole = new MemoryLogReader(ThreeHundred, _key).Files;
        foreach (var (path, bytes) in whole.Where(file => file.Key != "checkpoint"))
        {
            var others = whole.Where(file => file.Key != path).Select(file => file.Value);
            byte[][] replacements = [[], bytes[..^1], bytes[..(bytes.Length / 2)], [.. bytes, 0], [.. bytes, .. bytes], .. others];
            foreach (var replacement in replacements.Append(null))
            {
                var reader = new MemoryLogReader(ThreeHundred, _key);
                Replace(reader, path, replacement);

                var failure = await Verify.FailureAsync(reader, _key);

                Assert.Equal(replacement is null ? Kind.Missing : failure.Kind, failure.Kind);
                Assert.Equal(path, failure.Path);
            }
        }
    }

    [Fact]
    public async Task Entries_removed_inserted_or_swapped_name_the_first_that_is_not_in_its_place()
    {
        var entries = Forty.Entries;
        (byte[][] Entries, int First)[] changes =
        [
            ([.. entries[..5], .. entries[6..], entries[5]], 5),
            ([.. entries[..5], entries[4], .. entries[5..39]], 5),
            ([.. entries[..5], entries[6], entries[5], .. entries[7..]], 5),
            ([.. entries[..5], [], .. entries[5..39]], 5),
            ([.. entries[..39], entries[0]], 39),
        ];
        foreach (var (changed, first) in changes)
        {
            var reader = new MemoryLogReader(Forty, _key);
            reader.Files[Bundle] = new TestLog(changed).Tiles().First().Bytes;

            var failure = await Verify.FailureAsync(reader, _key);

            Assert.Equal((Kind.EntryAltered, (long)first), (failure.Kind, failure.EntryIndex));
        }
    }

    [Fact]
    public void Any_change_to_any_file_of_any_log_shows()
    {
        var changes =
            from sizes in Gen.Choose(0, 300).ArrayOf().Resize(600)
            from file in Gen.Choose(0, 1000)
            from place in Gen.Choose(0, 100_000)
            from bit in Gen.Choose(0, 7)
            from how in Gen.Choose(0, 4)
            select (sizes, file, place, bit, how);
        Prop.ForAll(changes.ToArbitrary(), change =>
        {
            var log = new TestLog(change.sizes.Select((length, i) => (byte[])[.. TestLog.Event(i)[..^1], .. Encoding.ASCII.GetBytes($",\"x\":\"{new string('x', length)}\"}}")]));
            var reader = new MemoryLogReader(log, _key);
            var (path, bytes) = reader.Files.ElementAt(change.file % reader.Files.Count);
            var place = change.place % bytes.Length;
            byte[] changed = change.how switch
            {
                0 or 1 => [.. bytes[..place], (byte)(bytes[place] ^ (1 << change.bit)), .. bytes[(place + 1)..]],
                2 => bytes[..place],
                3 => [.. bytes[..place], (byte)change.place, .. bytes[place..]],
                _ => [.. bytes[..place], .. bytes[(place + 1)..]],
            };
            var before = Verify.LogAsync(reader, _key).GetAwaiter().GetResult();
            reader.Files[path] = changed;
            var after = Verify.LogAsync(reader, _key).GetAwaiter().GetResult();
            return before.Holds && !after.Holds;
        }).CheckSeeded();
    }

    private static byte[] Flip(byte[] bytes, int offset)
    {
        byte[] altered = [.. bytes];
        altered[offset] ^= (byte)(1 << (offset % 8));
        return altered;
    }

    private static void Replace(MemoryLogReader reader, string path, byte[]? bytes)
    {
        if (bytes is null)
        {
            reader.Files.Remove(path);
        }
        else
        {
            reader.Files[path] = bytes;
        }
    }

    /// <summary>Alters an entry, and makes the given number of tile levels fit.</summary>
    private static void AlterWithTiles(MemoryLogReader reader, TestLog log, int entry, int levels)
    {
        var altered = new TestLog(log.Entries.Select((bytes, i) => i == entry ? Flip(bytes, 100) : bytes));
        foreach (var (path, bytes) in altered.Tiles())
        {
            if (path.StartsWith("tile/entries/", StringComparison.Ordinal)
                || Enumerable.Range(0, levels).Any(level => path.StartsWith($"tile/{level}/", StringComparison.Ordinal)))
            {
                reader.Files[path] = bytes;
            }
        }
    }

    private static async Task ForEachByteAsync(MemoryLogReader reader, string path, Func<int, Task> verify)
    {
        var untouched = reader.Files[path];
        for (var i = 0; i < untouched.Length; i++)
        {
            reader.Files[path] = Flip(untouched, i);
            await verify(i);
        }

        reader.Files[path] = untouched;
    }
}
