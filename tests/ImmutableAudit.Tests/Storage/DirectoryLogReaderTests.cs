using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Storage;

public sealed class DirectoryLogReaderTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly TestKey _key = new(TestLog.Origin);

    public void Dispose()
    {
        _key.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task It_reads_what_an_independent_writer_wrote()
    {
        var log = TestLog.Of(300);
        log.WriteTo(_directory, _key);
        var reader = new DirectoryLogReader(_directory);

        Assert.Equal(await File.ReadAllBytesAsync(_directory.Combine("checkpoint")), (await reader.ReadCheckpointAsync())!.Value.ToArray());
        Assert.Equal(log.Leaves.Skip(256).SelectMany(h => h), (await reader.ReadTileAsync(new TileCoordinate(0, 1, 44)))!.Value.ToArray());
        Assert.Equal(RfcTree.Root(log.Leaves.AsSpan(0, 256)), (await reader.ReadTileAsync(new TileCoordinate(1, 0, 1)))!.Value.ToArray());
        Assert.Equal(
            await File.ReadAllBytesAsync(_directory.Combine("tile/entries/000")),
            (await reader.ReadEntryBundleAsync(new EntryBundleCoordinate(0)))!.Value.ToArray());
    }

    [Fact]
    public async Task Where_a_partial_file_is_gone_the_full_one_is_read_and_cut()
    {
        var log = TestLog.Of(256);
        log.WriteTo(_directory, _key);
        var reader = new DirectoryLogReader(_directory);

        var tile = await reader.ReadTileAsync(new TileCoordinate(0, 0, 3));
        var bundle = await reader.ReadEntryBundleAsync(new EntryBundleCoordinate(0, 3));

        Assert.Equal(log.Leaves.Take(3).SelectMany(h => h), tile!.Value.ToArray());
        Assert.Equal(TestLog.Of(3).Tiles().First().Bytes, bundle!.Value.ToArray());
    }

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        var reader = new DirectoryLogReader(_directory);

        Assert.Null(await reader.ReadCheckpointAsync());
        Assert.Null(await reader.ReadTileAsync(new TileCoordinate(0, 0, 3)));
        Assert.Null(await reader.ReadEntryBundleAsync(new EntryBundleCoordinate(1234567)));
        Assert.Null(await reader.ReadEntryBundleAsync(new EntryBundleCoordinate(0, 3)));
    }

    [Theory]
    [InlineData("tile/0/000", 8191)]
    [InlineData("tile/0/000", 8193)]
    [InlineData("tile/0/000", 0)]
    [InlineData("tile/0/000.p/3", 95)]
    [InlineData("tile/0/000.p/3", 97)]
    [InlineData("tile/0/000.p/3", 1_000_000)]
    public async Task A_tile_of_another_length_is_refused_by_name(string path, int length)
    {
        WriteFile(path, new byte[length]);
        var tile = new TileCoordinate(0, 0, path.EndsWith("/3", StringComparison.Ordinal) ? 3 : 256);

        var e = await Assert.ThrowsAsync<AuditFormatException>(async () => await new DirectoryLogReader(_directory).ReadTileAsync(tile));

        Assert.Contains(_directory.Combine(path), e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(131_075)]
    public async Task A_bundle_that_its_entries_cannot_make_up_is_refused(int length)
    {
        WriteFile("tile/entries/000.p/2", new byte[length]);

        var e = await Assert.ThrowsAsync<AuditFormatException>(
            async () => await new DirectoryLogReader(_directory).ReadEntryBundleAsync(new EntryBundleCoordinate(0, 2)));

        Assert.Contains("tile/entries/000.p/2", e.Message.Replace('\\', '/'), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_bundle_that_ends_too_early_cannot_stand_in_for_a_partial_one()
    {
        // Its first entry claims all bytes there are.
        var bundle = new byte[600];
        (bundle[0], bundle[1]) = (2, 86);
        WriteFile("tile/entries/000", bundle);

        await Assert.ThrowsAsync<AuditFormatException>(
            async () => await new DirectoryLogReader(_directory).ReadEntryBundleAsync(new EntryBundleCoordinate(0, 2)));
    }

    [Fact]
    public async Task A_huge_checkpoint_is_no_checkpoint()
    {
        WriteFile("checkpoint", new byte[300_000]);

        await Assert.ThrowsAsync<AuditLogUnreadableException>(async () => await new DirectoryLogReader(_directory).ReadCheckpointAsync());
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_not_the_same_as_none()
    {
        Directory.CreateDirectory(_directory.Combine("checkpoint"));

        var e = await Assert.ThrowsAsync<AuditLogUnreadableException>(
            async () => await new DirectoryLogReader(_directory).ReadCheckpointAsync());

        Assert.Contains(_directory.Combine("checkpoint"), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_directory_must_be_there()
    {
        WriteFile("file", []);

        Assert.Contains("no directory", Assert.Throws<AuditLogUnreadableException>(
            () => LogReader.Open(_directory.Combine("gone"))).Message, StringComparison.Ordinal);
        Assert.Contains("no directory", Assert.Throws<AuditLogUnreadableException>(
            () => LogReader.Open(_directory.Combine("a\0b"))).Message, StringComparison.Ordinal);
        Assert.Contains("is a file", Assert.Throws<AuditLogUnreadableException>(
            () => LogReader.Open(_directory.Combine("file"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_may_be_replaced_and_deleted_while_it_is_read()
    {
        WriteFile("checkpoint", [1, 2, 3]);
        await using var writer = new FileStream(
            _directory.Combine("checkpoint"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

        var bytes = await new DirectoryLogReader(_directory).ReadCheckpointAsync();

        Assert.Equal([1, 2, 3], bytes!.Value.ToArray());
    }

    private void WriteFile(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory.Combine(path))!);
        File.WriteAllBytes(_directory.Combine(path), bytes);
    }
}
