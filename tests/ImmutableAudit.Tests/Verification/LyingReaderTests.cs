using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tiles;
using Kind = ImmutableAudit.Verification.VerificationFailureKind;

namespace ImmutableAudit.Tests.Verification;

/// <summary>A reader that does not keep its own promises about lengths: the verifier believes no reader.</summary>
public sealed class LyingReaderTests : IDisposable
{
    private readonly TestKey _key = new(TestLog.Origin);

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 31)]
    [InlineData(0, 8160)]
    [InlineData(0, 8224)]
    [InlineData(1, 0)]
    [InlineData(1, 31)]
    [InlineData(1, 64)]
    public async Task A_tile_of_another_length_is_malformed(int level, int length)
    {
        var reader = new Liar(new MemoryLogReader(TestLog.Of(300), _key)) { Level = level, TileLength = length };

        Assert.Equal((Kind.Malformed, $"tile/{level}/000{(level == 1 ? ".p/1" : "")}"), Of(await Verify.FailureAsync(reader, _key)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(20_000_000)]
    public async Task A_bundle_of_another_length_is_malformed(int length)
    {
        var reader = new Liar(new MemoryLogReader(TestLog.Of(300), _key)) { BundleLength = length };

        Assert.Equal((Kind.Malformed, "tile/entries/000"), Of(await Verify.FailureAsync(reader, _key)));
    }

    private static (Kind, string?) Of(ImmutableAudit.Verification.VerificationFailure failure) => (failure.Kind, failure.Path);

    private sealed class Liar(ILogReader log) : ILogReader
    {
        public int Level { get; init; } = -1;

        public int TileLength { get; init; }

        public int? BundleLength { get; init; }

        public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(CancellationToken cancellationToken = default) =>
            log.ReadCheckpointAsync(cancellationToken);

        public async ValueTask<ReadOnlyMemory<byte>?> ReadTileAsync(TileCoordinate tile, CancellationToken cancellationToken = default)
        {
            var bytes = await log.ReadTileAsync(tile, cancellationToken);
            return tile.Level == Level && bytes is { } known ? Resize(known, TileLength) : bytes;
        }

        public async ValueTask<ReadOnlyMemory<byte>?> ReadEntryBundleAsync(
            EntryBundleCoordinate bundle, CancellationToken cancellationToken = default)
        {
            var bytes = await log.ReadEntryBundleAsync(bundle, cancellationToken);
            return BundleLength is { } length && bytes is { } known ? Resize(known, length) : bytes;
        }

        private static ReadOnlyMemory<byte> Resize(ReadOnlyMemory<byte> bytes, int length)
        {
            var resized = new byte[length];
            bytes[..Math.Min(bytes.Length, length)].CopyTo(resized);
            return resized;
        }
    }
}
