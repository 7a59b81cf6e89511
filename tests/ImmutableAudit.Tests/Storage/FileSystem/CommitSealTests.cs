using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Tests.Storage.FileSystem;

/// <summary>By what a commit is known again (LOG.md L2).</summary>
public sealed class CommitSealTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(300)]
    public void A_seal_is_of_its_bytes_and_no_others(int length)
    {
        var bytes = Bytes(length);
        var seal = CommitSeal.Of(bytes);
        Assert.True(seal.IsOf(bytes));
        Assert.False(seal.IsOf([.. bytes, 0]));
        for (var bit = 0; bit < 8 * length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(seal.IsOf(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(length == 0 || !seal.IsOf(bytes.AsSpan(1)));
    }

    [Fact]
    public void The_same_bytes_have_another_seal_each_time() =>
        Assert.Equal(1_000, Enumerable.Range(0, 1_000).Select(_ => CommitSeal.Of(Bytes(20))).Distinct().Count());

    [Fact]
    public void Threads_seal_and_check_at_once()
    {
        var seals = Enumerable.Range(0, 50).Select(i => CommitSeal.Of(Bytes(100 * i))).ToArray();
        Parallel.For(0, 2_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var (mine, bytes) = (i % seals.Length, Bytes(100 * (i % seals.Length)));
            Assert.True(seals[mine].IsOf(bytes));
            Assert.False(seals[(mine + 1) % seals.Length].IsOf(bytes));
            Assert.True(CommitSeal.Of(bytes).IsOf(bytes));
        });
    }

    private static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
}
