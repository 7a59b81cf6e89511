using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Tests.Storage;

/// <summary>What one visit to a bundle finds out of where its entries lie spares the next one reading.</summary>
public sealed class LocalLogFilesTests : IDisposable
{
    private const int EntryLength = 1_000, Stored = EntryBundle.LengthPrefix + EntryLength, Slack = 5_000;

    private readonly TempDirectory _directory = new();
    private readonly TestKey _key = new(TestLog.Origin);
    private readonly EntryBundleCoordinate _bundle = new(0);

    public void Dispose()
    {
        _key.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(130, 131, 128)]
    [InlineData(130, 190, 128)]
    [InlineData(130, 250, 128)]
    [InlineData(130, 100, 96)]
    [InlineData(130, 70, 64)]
    [InlineData(130, 10, 0)]
    [InlineData(10, 250, 0)]
    [InlineData(255, 193, 192)]
    public void It_reads_from_the_nearest_part_that_is_known(int first, int second, int from)
    {
        var log = WriteLog(i => EntryLength);
        var (files, source) = Open();
        var borders = new int[TileNodes.PartCount];
        Assert.Null(files.TryReadEntry(_bundle, second, borders));
        Assert.Equal(log.Entries[first], files.ReadEntry(_bundle, first, borders));

        source.Reads.Clear();
        Assert.Equal(log.Entries[second], files.TryReadEntry(_bundle, second, borders));
        var (position, length) = Assert.Single(source.Reads);
        Assert.Equal(from * Stored, position);
        Assert.InRange(length, (second + 1 - from) * Stored, ((second + 1 - from) * Stored) + Slack);

        // And what it found out on the way is known, too.
        var part = second / TileNodes.PartWidth * TileNodes.PartWidth;
        source.Reads.Clear();
        Assert.Equal(log.Entries[part], files.TryReadEntry(_bundle, part, borders));
        Assert.Equal(part * Stored, Assert.Single(source.Reads).Position);
    }

    [Fact]
    public void Entries_of_any_length_are_found_in_any_order()
    {
        var random = new Random(7);
        var log = WriteLog(_ => random.Next(10) == 0 ? random.Next(20_000) : random.Next(300));
        for (var round = 0; round < 20; round++)
        {
            var (files, _) = Open();
            var borders = new int[TileNodes.PartCount];
            var positions = Enumerable.Range(0, 256).ToArray();
            random.Shuffle(positions);
            foreach (var position in positions)
            {
                if (files.TryReadEntry(_bundle, position, borders) is { } found)
                {
                    Assert.Equal(log.Entries[position], found);
                }

                Assert.Equal(log.Entries[position], files.ReadEntry(_bundle, position, borders));
            }
        }
    }

    private TestLog WriteLog(Func<int, int> length)
    {
        var log = new TestLog(Enumerable.Range(0, 300).Select(i => Enumerable.Repeat((byte)i, length(i)).ToArray()));
        log.WriteTo(_directory, _key);
        return log;
    }

    private (LocalLogFiles Files, CountedSource Source) Open()
    {
        var source = new CountedSource(new DirectoryFileSource(_directory.Path));
        return (new LocalLogFiles(source), source);
    }

    private sealed class CountedSource(DirectoryFileSource files) : ILocalFileSource
    {
        public List<(long Position, int Length)> Reads { get; } = [];

        public ILocalFile? Open(string path) => files.Open(path);

        public int Read(string path, long position, Span<byte> destination, int enough)
        {
            Reads.Add((position, destination.Length));
            return files.Read(path, position, destination, enough);
        }

        public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, int atMost, CancellationToken cancellationToken) =>
            files.ReadAsync(path, atMost, cancellationToken);

        public string Locate(string path) => files.Locate(path);
    }
}
