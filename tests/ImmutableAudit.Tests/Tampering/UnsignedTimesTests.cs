using System.Buffers.Binary;
using System.Text;
using ImmutableAudit.Storage;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Tampering;

/// <summary>What is trusted until it is signed must at least be such that what is signed verifies.</summary>
public sealed class UnsignedTimesTests : IAsyncLifetime
{
    private const int Page = 4096;

    private CrashedLog _log = null!;

    public async Task InitializeAsync() => _log = await CrashedLog.CreateAsync();

    public Task DisposeAsync()
    {
        _log.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData(0, "2001")]
    [InlineData(1, "2001")]
    [InlineData(0, "2999")]
    [InlineData(1, "2999")]
    [InlineData(0, "xxxx")]
    [InlineData(1, "xxxx")]
    public Task A_time_within_a_commit_that_no_verifier_would_accept_is_never_signed(int entry, string year) =>
        AssertHoldsAfterAsync(entry, year, publishedTicks: null);

    [Fact]
    public Task A_first_unpublished_entry_from_before_the_last_published_is_never_signed() =>
        AssertHoldsAfterAsync(0, "2001", new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks);

    private async Task AssertHoldsAfterAsync(int entry, string year, long? publishedTicks)
    {
        var root = _log.Restore("journal");
        DirectoryState.Edit(Path.Combine(root, "log/journal/000000000002.journal"), segment =>
        {
            if (publishedTicks is { } ticks)
            {
                BinaryPrimitives.WriteInt64LittleEndian(segment.AsSpan((3 * Page) + 40), ticks);
            }

            var record = segment.AsSpan(4 * Page, Page);
            var at = 0;
            for (var i = 0; i <= entry; i++)
            {
                at += record[at..].IndexOf("\"time\":\""u8) + 8;
            }

            Encoding.ASCII.GetBytes(year).CopyTo(record[at..]);
            JournalEditing.Reseal(segment);
            return segment;
        });

        try
        {
            await using var log = await _log.OpenAsync(root);
        }
        catch (AuditLogCorruptException)
        {
            // Refused.
        }

        var options = new LogVerificationOptions { Keys = [_log.Key] };
        var result = await new LogVerifier(LogReader.Open(Path.Combine(root, "log")), options).VerifyAsync();
        Assert.True(result.Holds, result.Failure?.Message);
    }
}
