using System.Globalization;

namespace ImmutableAudit.Tiles;

/// <summary>The last parts of a tile's path: <c>1234067</c> becomes <c>x001/x234/067</c> (C2SP tlog-tiles).</summary>
internal static class TilePath
{
    /// <summary>Room for what stands in front of the index, seven groups of it, and the width.</summary>
    private const int MaxLength = 64;

    /// <summary>The path of a tile or bundle; <paramref name="start"/> is what stands in front of its index.</summary>
    public static string Format(ReadOnlySpan<char> start, long index, int width)
    {
        Span<char> path = stackalloc char[MaxLength];
        start.CopyTo(path);
        var length = start.Length;
        var above = 1L;
        while (index / above >= 1000)
        {
            above *= 1000;
        }

        for (; above > 0; above /= 1000)
        {
            if (above > 1)
            {
                path[length++] = 'x';
            }

            var group = (int)(index / above % 1000);
            path[length++] = (char)('0' + (group / 100));
            path[length++] = (char)('0' + (group / 10 % 10));
            path[length++] = (char)('0' + (group % 10));
            if (above > 1)
            {
                path[length++] = '/';
            }
        }

        if (width < TileCoordinate.FullWidth)
        {
            ".p/".CopyTo(path[length..]);
            length += 3;
            width.TryFormat(path[length..], out var digits, provider: CultureInfo.InvariantCulture);
            length += digits;
        }

        return new string(path[..length]);
    }
}
