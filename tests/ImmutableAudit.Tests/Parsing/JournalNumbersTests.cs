using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Tests.Tampering;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Parsing;

/// <summary>
/// The journal's checksums need no key: who can write there can have any number in any place of it. The log opens and holds,
/// or is refused by a documented exception, and nothing is changed then.
/// </summary>
public sealed class JournalNumbersTests : IAsyncLifetime
{
    private const int Page = 4096;
    private const string Segment = "log/journal/000000000002.journal";

    private CrashedLog _log = null!;

    public async Task InitializeAsync() => _log = await CrashedLog.CreateAsync();

    public Task DisposeAsync()
    {
        _log.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Any_number_in_any_place_is_refused_or_harmless()
    {
        var original = _log.Files[Segment];
        var records = Enumerable.Range(1, 6).SelectMany(page => new[] { (8, 4), (12, 4), (16, 8), (24, 8), (32, 8), (40, 8), (48, 8), (56, 4) }.Select(field => (Page: page, At: field.Item1, Size: field.Item2)));
        var header = new[] { (8, 4), (12, 4), (16, 8), (24, 8), (32, 8), (40, 8), (48, 8), (56, 8), (64, 8), (128, 8) }.Select(field => (Page: 0, At: field.Item1, Size: field.Item2));
        foreach (var (page, at, size) in header.Concat(records))
        {
            var position = (page * Page) + at;
            var was = size == 4 ? BinaryPrimitives.ReadInt32LittleEndian(original.AsSpan(position)) : BinaryPrimitives.ReadInt64LittleEndian(original.AsSpan(position));
            foreach (var number in new[] { 0, -1, 1, was - 1, was + 1, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, 1L << 40, 16 * 1024 * 1024 }.Where(number => number != was).Distinct())
            {
                byte[] changed = [.. original];
                if (size == 4)
                {
                    BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(position), unchecked((int)number));
                }
                else
                {
                    BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(position), number);
                }

                await AssertRefusedOrHarmlessAsync(Resealed(changed, keepsLink: at == 56 && page > 0), $"{number} at {at} of page {page}");
            }
        }
    }

    private async Task AssertRefusedOrHarmlessAsync(byte[] segment, string what)
    {
        var root = _log.Restore("numbers");
        await File.WriteAllBytesAsync(Path.Combine(root, Segment), segment);
        var before = DirectoryState.Of(root);
        try
        {
            await using var log = await _log.OpenAsync(root);
            Assert.True(log.Size >= CrashedLog.PublishedSize, what);
        }
        catch (AuditException)
        {
            Assert.Equal(before, DirectoryState.Of(root));
            return;
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{what}: {e}");
        }

        var options = new LogVerificationOptions { Keys = [_log.Key], Since = [_log.Published] };
        var result = await new LogVerifier(LogReader.Open(Path.Combine(root, "log")), options).VerifyAsync();
        Assert.True(result.Holds, $"{what}: {result.Failure?.Message}");
        await using var again = await _log.OpenAsync(root);
        Assert.True(again.Size >= result.Checkpoint.Checkpoint.Size, what);
    }

    /// <summary>Each page is a commit here. Its checksum is made right, and the next one told of it.</summary>
    private static byte[] Resealed(byte[] segment, bool keepsLink)
    {
        for (var page = 0; page <= 6; page++)
        {
            var bytes = segment.AsSpan(page * Page, Page);
            if (page > 0 && !keepsLink)
            {
                segment.AsSpan(((page - 1) * Page) + 4, 4).CopyTo(bytes[56..]);
            }

            uint crc = 0;
            foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes[8..]))
            {
                crc = BitOperations.Crc32C(crc, word);
            }

            BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], crc);
        }

        return segment;
    }
}
