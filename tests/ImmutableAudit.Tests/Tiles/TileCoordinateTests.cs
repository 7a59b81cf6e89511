using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Tiles;

public sealed class TileCoordinateTests
{
    private const long LastIndex = (1L << 55) - 1;

    [Theory]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(0, 255, 256, "tile/0/255")]
    [InlineData(0, 999, 256, "tile/0/999")]
    [InlineData(0, 1000, 256, "tile/0/x001/000")]
    [InlineData(1, 1_234_067, 256, "tile/1/x001/x234/067")]
    [InlineData(0, 1_000_000, 256, "tile/0/x001/x000/000")]
    [InlineData(0, 999_999, 1, "tile/0/x999/999.p/1")]
    [InlineData(0, 273, 112, "tile/0/273.p/112")]
    [InlineData(7, 0, 127, "tile/7/000.p/127")]
    [InlineData(0, LastIndex, 255, "tile/0/x036/x028/x797/x018/x963/967.p/255")]
    public void The_path_is_that_of_tlog_tiles(int level, long index, int width, string path)
    {
        var tile = new TileCoordinate(level, index, width);
        Assert.Equal(path, tile.Path);
        Assert.Equal(path, tile.ToString());
        Assert.Equal(width < 256, tile.IsPartial);
        Assert.Equal(new TileCoordinate(level, index), tile.Full);
        Assert.False(tile.Full.IsPartial);
    }

    [Theory]
    [InlineData(-1, 0, 1)]
    [InlineData(8, 0, 1)]
    [InlineData(64, 0, 1)]
    [InlineData(0, -1, 1)]
    [InlineData(0, long.MinValue, 1)]
    [InlineData(0, LastIndex + 1, 1)]
    [InlineData(0, long.MaxValue, 1)]
    [InlineData(0, 0, 0)]
    [InlineData(0, 0, -1)]
    [InlineData(0, 0, 257)]
    public void A_place_that_no_tree_has_is_refused(int level, long index, int width)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TileCoordinate(level, index, width));
        if (level == 0)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new EntryBundleCoordinate(index, width));
        }
    }

    [Fact]
    public void Two_places_have_two_paths()
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var index in new[] { 0L, 1, 10, 100, 1000, 1001, 10_000, 100_000, 1_000_000, 1_001_000, 1_000_001, LastIndex })
        {
            foreach (var width in new[] { 1, 10, 100, 255, 256 })
            {
                Assert.True(paths.Add(new TileCoordinate(0, index, width).Path));
                Assert.True(paths.Add(new TileCoordinate(1, index, width).Path));
                Assert.True(paths.Add(new EntryBundleCoordinate(index, width).Path));
            }
        }
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1, 0, 0, 1)]
    [InlineData(255, 0, 0, 255)]
    [InlineData(256, 0, 0, 256)]
    [InlineData(256, 0, 1, 0)]
    [InlineData(256, 1, 0, 1)]
    [InlineData(256, 2, 0, 0)]
    [InlineData(257, 0, 1, 1)]
    [InlineData(70_000, 0, 272, 256)]
    [InlineData(70_000, 0, 273, 112)]
    [InlineData(70_000, 0, 274, 0)]
    [InlineData(70_000, 1, 0, 256)]
    [InlineData(70_000, 1, 1, 17)]
    [InlineData(70_000, 2, 0, 1)]
    [InlineData(70_000, 3, 0, 0)]
    [InlineData(long.MaxValue, 0, LastIndex - 1, 256)]
    [InlineData(long.MaxValue, 0, LastIndex, 255)]
    [InlineData(long.MaxValue, 6, 127, 255)]
    [InlineData(long.MaxValue, 7, 0, 127)]
    [InlineData(10, 0, LastIndex, 0)]
    [InlineData(10, 0, LastIndex + 1, 0)]
    [InlineData(long.MaxValue, 0, long.MaxValue, 0)]
    public void The_width_is_the_number_of_complete_subtrees(long size, int level, long index, int width)
    {
        Assert.Equal(width, TileCoordinate.WidthIn(size, level, index));
        if (width > 0)
        {
            Assert.Equal(new TileCoordinate(level, index, width), TileCoordinate.At(level, index, size));
        }
        else
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => TileCoordinate.At(level, index, size));
        }
    }

    [Fact]
    public void A_node_is_held_by_the_tile_of_the_level_below_it()
    {
        Assert.Equal("tile/0/273.p/112", TileCoordinate.Holding(new NodeId(4, 4374), 70_000).Path);
        Assert.Equal("tile/0/000", TileCoordinate.Holding(new NodeId(7, 1), 70_000).Path);
        Assert.Equal("tile/1/000", TileCoordinate.Holding(new NodeId(8, 255), 70_000).Path);
        Assert.Equal("tile/1/001.p/17", TileCoordinate.Holding(new NodeId(8, 256), 70_000).Path);
        Assert.Equal("tile/2/000.p/1", TileCoordinate.Holding(new NodeId(16, 0), 70_000).Path);
        Assert.Equal("tile/7/000.p/127", TileCoordinate.Holding(new NodeId(62, 0), long.MaxValue).Path);
    }

    [Theory]
    [InlineData(0, 1, "tile/entries/000.p/1")]
    [InlineData(255, 256, "tile/entries/000")]
    [InlineData(255, 257, "tile/entries/000")]
    [InlineData(256, 257, "tile/entries/001.p/1")]
    [InlineData(69_999, 70_000, "tile/entries/273.p/112")]
    [InlineData(315_921_152, 400_000_000, "tile/entries/x001/x234/067")]
    [InlineData(long.MaxValue - 1, long.MaxValue, "tile/entries/x036/x028/x797/x018/x963/967.p/255")]
    public void An_entry_is_held_by_the_bundle_of_its_index(long entry, long size, string path)
    {
        var bundle = EntryBundleCoordinate.Holding(entry, size);
        Assert.Equal(path, bundle.Path);
        Assert.Equal(path, bundle.ToString());
        Assert.InRange(entry, bundle.FirstEntry, bundle.FirstEntry + bundle.Width - 1);
        Assert.Equal(bundle.Width < 256, bundle.IsPartial);
        Assert.Equal(new EntryBundleCoordinate(bundle.Index, 256), bundle.Full);
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(10, 10)]
    [InlineData(200, 10)]
    [InlineData(0, 0)]
    [InlineData(0, -1)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void An_entry_outside_the_log_has_no_bundle(long entry, long size) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => EntryBundleCoordinate.Holding(entry, size));
}
