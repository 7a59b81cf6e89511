using System.Globalization;
using System.Text;

namespace ImmutableAudit.Tiles;

/// <summary>The last parts of a tile's path: <c>1234067</c> becomes <c>x001/x234/067</c> (C2SP tlog-tiles).</summary>
internal static class TilePath
{
    public static string Format(long index, int width)
    {
        var path = new StringBuilder();
        path.Append(CultureInfo.InvariantCulture, $"{index % 1000:D3}");
        for (index /= 1000; index > 0; index /= 1000)
        {
            path.Insert(0, string.Create(CultureInfo.InvariantCulture, $"x{index % 1000:D3}/"));
        }

        if (width < TileCoordinate.FullWidth)
        {
            path.Append(CultureInfo.InvariantCulture, $".p/{width}");
        }

        return path.ToString();
    }
}
