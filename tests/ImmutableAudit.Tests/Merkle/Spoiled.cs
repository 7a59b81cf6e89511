using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tests.Merkle;

/// <summary>Ways to spoil a proof.</summary>
internal static class Spoiled
{
    public static MerkleHash Flip(MerkleHash hash, int bit)
    {
        Span<byte> bytes = stackalloc byte[MerkleHash.Size];
        hash.CopyTo(bytes);
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return new MerkleHash(bytes);
    }

    /// <summary>Each hash flipped in one bit, removed, doubled, swapped with each other one; hashes put in everywhere; all of them gone.</summary>
    public static IEnumerable<MerkleHash[]> Variants(MerkleHash[] proof)
    {
        for (var i = 0; i < proof.Length; i++)
        {
            MerkleHash[] flipped = [.. proof];
            flipped[i] = Flip(proof[i], ((i * 37) + proof.Length) % 256);
            yield return flipped;
            yield return [.. proof[..i], .. proof[(i + 1)..]];
            yield return [.. proof[..i], proof[i], .. proof[i..]];

            for (var j = i + 1; j < proof.Length; j++)
            {
                MerkleHash[] swapped = [.. proof];
                (swapped[i], swapped[j]) = (swapped[j], swapped[i]);
                yield return swapped;
            }
        }

        for (var i = 0; i <= proof.Length; i++)
        {
            yield return [.. proof[..i], default, .. proof[i..]];
            yield return [.. proof[..i], MerkleHash.EmptyRoot, .. proof[i..]];
        }

        if (proof.Length > 1)
        {
            yield return [];
        }

        yield return [.. proof, .. new MerkleHash[64]];
    }
}
