using System.Text;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tests.Checkpoints;

public sealed class AuditProofTests : IDisposable
{
    private readonly EcdsaNoteSigner _log = Keys.Signer();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task The_file_is_as_the_specification_lays_it_out()
    {
        var checkpoint = await SignAsync(5);
        var hash = MerkleHash.EmptyRoot;
        var head = $"c2sp.org/tlog-proof@v1\nextra e30=\nindex 3\n{hash}\n{hash}\n\n";

        var proof = new AuditProof(3, Keys.Utf8("{}"), [hash, hash], checkpoint);
        Assert.Equal(head + Encoding.UTF8.GetString(checkpoint.Bytes.Span), proof.ToString());

        var bare = new AuditProof(0, null, [], checkpoint);
        Assert.Equal("c2sp.org/tlog-proof@v1\nindex 0\n\n" + Encoding.UTF8.GetString(checkpoint.Bytes.Span), bare.ToString());
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(-1, 1)]
    [InlineData(1, 63)]
    [InlineData(65_535, 2)]
    public async Task A_proof_reads_back(int entryLength, int hashes)
    {
        var entry = entryLength < 0 ? (ReadOnlyMemory<byte>?)null : new byte[entryLength];
        var path = Enumerable.Repeat(MerkleHash.EmptyRoot, hashes).ToArray();
        var proof = new AuditProof(long.MaxValue, entry, path, await SignAsync(7));
        var read = AuditProof.Parse(proof.ToBytes());

        Assert.Equal(proof.Index, read.Index);
        Assert.Equal(entry?.ToArray(), read.Entry?.ToArray());
        Assert.Equal(proof.Hashes, read.Hashes);
        Assert.Equal(proof.Checkpoint.Bytes.ToArray(), read.Checkpoint.Bytes.ToArray());
        Assert.Equal(proof.ToBytes(), read.ToBytes());
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2sp.org/tlog-proof@v2\nindex 0\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\r\nindex 0\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\n")]
    [InlineData("c2sp.org/tlog-proof@v1\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra e30=\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra e30=\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra e31=\nindex 0\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra e30\nindex 0\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra  e30=\nindex 0\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra e30=\nextra e30=\nindex 0\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\nextra e30=\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 00\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex -1\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex \n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n\n\n@")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n\n@x")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n\n")]
    public async Task What_is_not_exactly_a_proof_is_refused(string text)
    {
        var checkpoint = Encoding.UTF8.GetString((await SignAsync(1)).Bytes.Span);
        var bytes = Keys.Utf8(text.Replace("\n@", "\n" + checkpoint, StringComparison.Ordinal));

        Assert.Throws<AuditFormatException>(() => AuditProof.Parse(bytes));
        Assert.False(AuditProof.TryParse(bytes, out _));
    }

    [Fact]
    public async Task Too_much_of_anything_is_refused()
    {
        var checkpoint = await SignAsync(1);
        var signed = Encoding.UTF8.GetString(checkpoint.Bytes.Span);
        var hashes = string.Concat(Enumerable.Repeat(MerkleHash.EmptyRoot + "\n", 64));
        var entry = Convert.ToBase64String(new byte[65_536]);

        Assert.Throws<AuditFormatException>(() => AuditProof.Parse(Keys.Utf8(
            $"c2sp.org/tlog-proof@v1\nindex 0\n{hashes}\n{signed}")));
        Assert.Throws<AuditFormatException>(() => AuditProof.Parse(Keys.Utf8(
            $"c2sp.org/tlog-proof@v1\nextra {entry}\nindex 0\n\n{signed}")));
        Assert.Throws<AuditFormatException>(() => AuditProof.Parse(new byte[AuditProof.MaxLength + 1]));
        Assert.ThrowsAny<ArgumentException>(() => new AuditProof(0, new byte[65_536], [], checkpoint));
        Assert.ThrowsAny<ArgumentException>(() => new AuditProof(0, null, new MerkleHash[64], checkpoint));
        Assert.ThrowsAny<ArgumentException>(() => new AuditProof(-1, null, [], checkpoint));
    }

    [Fact]
    public async Task Garbage_grown_from_a_proof_is_refused_or_reads_and_writes_the_same()
    {
        var original = new AuditProof(1, Keys.Utf8("{}"), [MerkleHash.EmptyRoot], await SignAsync(2)).ToBytes();
        foreach (var garbage in Garbage.From(original, seed: 25, count: 2000))
        {
            if (AuditProof.TryParse(garbage, out var proof))
            {
                Assert.Equal(garbage, proof.ToBytes());
            }
        }
    }

    private async Task<SignedCheckpoint> SignAsync(long size) =>
        await SignedCheckpoint.SignAsync(new Checkpoint(Keys.Origin, size, MerkleHash.EmptyRoot), [_log]);
}
