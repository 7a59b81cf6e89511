using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ImmutableAudit.Merkle;

/// <summary>
/// Hashes as many messages side by side as a vector has lanes. Nodes are all alike, so their lanes keep step; leaves differ
/// in length, so a lane takes up the next as soon as it has finished one.
/// </summary>
internal sealed class LaneHasher<TLanes, TVector> : BatchHasher
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private const int BlockLength = PaddedMessage.BlockLength;
    private const int BlockWords = Sha256Lanes<TLanes, TVector>.BlockWords;
    private const int StateWords = Sha256Lanes<TLanes, TVector>.StateWords;
    private const uint AllLanes = uint.MaxValue;
    private const uint LeafPrefix = 0;
    private const uint NodePrefix = 1;

    /// <summary>
    /// One step of the lanes takes about as long as one call of the framework, so fewer messages than lanes are worth it if
    /// they have no more blocks than there are messages; up to here, where the framework's blocks begin to count.
    /// </summary>
    private const int FewMessages = 6;

    public override void HashNodes(ReadOnlySpan<MerkleHash> children, Span<MerkleHash> parents) => HashNodesInLanes(children, parents);

    /// <summary>So few nodes that half of the lanes are enough are hashed in these: a step of the narrower vector is faster.</summary>
    [SkipLocalsInit]
    private static void HashNodesInLanes(ReadOnlySpan<MerkleHash> children, Span<MerkleHash> parents)
    {
        if (TLanes.Count > Lanes8.Count && parents.Length <= Lanes8.Count && Lanes8.IsSupported)
        {
            LaneHasher<Lanes8, Vector256<uint>>.HashNodesInLanes(children, parents);
            return;
        }

        Span<byte> blocks = stackalloc byte[TLanes.Count * BlockLength];
        Span<TVector> words = stackalloc TVector[BlockWords];
        Span<TVector> state = stackalloc TVector[StateWords];
        TVector last = default;
        while (parents.Length > 1)
        {
            // Where there are fewer nodes than lanes, the other lanes hash whatever lies there.
            var count = Math.Min(TLanes.Count, parents.Length);
            MemoryMarshal.AsBytes(children[..(2 * count)]).CopyTo(blocks);
            Sha256Lanes<TLanes, TVector>.Begin(AllLanes, state, ref last, NodePrefix);
            Sha256Lanes<TLanes, TVector>.Load(blocks, words);
            Sha256Lanes<TLanes, TVector>.Shift(words, ref last);
            Sha256Lanes<TLanes, TVector>.Compress(state, words);

            // The prefix has pushed the last byte of the two hashes into a second block, which is else padding and length.
            words.Clear();
            words[0] = TLanes.Or(TLanes.ShiftLeft(last, 24), TLanes.Broadcast(0x800000));
            words[^1] = TLanes.Broadcast(8 * (1 + (2 * MerkleHash.Size)));
            Sha256Lanes<TLanes, TVector>.Compress(state, words);

            Sha256Lanes<TLanes, TVector>.Digests(state, words)[..count].CopyTo(parents);
            children = children[(2 * count)..];
            parents = parents[count..];
        }

        if (parents.Length == 1)
        {
            parents[0] = TreeHasher.HashNode(children[0], children[1]);
        }
    }

    public override void HashLeaves(ReadOnlySpan<byte> bytes, ReadOnlySpan<Range> entries, Span<MerkleHash> leaves)
    {
        var longest = entries.Length > 1 ? LongestForLanes(bytes, entries) : 0;
        if (longest > 0)
        {
            HashInLanes(bytes, new Waiting(bytes, entries, longest), leaves);
        }

        for (var i = 0; i < entries.Length; i++)
        {
            if (PaddedMessage.BlockCount(bytes[entries[i]].Length) > longest)
            {
                leaves[i] = TreeHasher.HashLeaf(bytes[entries[i]]);
            }
        }
    }

    public override string ToString() => $"{TLanes.Count} lanes";

    /// <summary>
    /// The most blocks that a message for the lanes may have: a lane's share of all blocks, and a few more. While a longer one
    /// is hashed, other lanes are empty, and the framework is faster. So the lanes take at worst about twice the steps that
    /// they would if all were filled to the end.
    /// </summary>
    private static long LongestForLanes(ReadOnlySpan<byte> bytes, ReadOnlySpan<Range> entries)
    {
        var blocks = 0L;
        foreach (var entry in entries)
        {
            blocks += PaddedMessage.BlockCount(bytes[entry].Length);
        }

        return (blocks / TLanes.Count) + Math.Min(entries.Length, FewMessages);
    }

    [SkipLocalsInit]
    private static void HashInLanes(ReadOnlySpan<byte> bytes, Waiting waiting, Span<MerkleHash> leaves)
    {
        Span<byte> blocks = stackalloc byte[TLanes.Count * BlockLength];
        Span<TVector> words = stackalloc TVector[BlockWords];
        Span<TVector> state = stackalloc TVector[StateWords];
        Span<PaddedMessage> lanes = stackalloc PaddedMessage[TLanes.Count];
        TVector before = default;
        Sha256Lanes<TLanes, TVector>.Begin(AllLanes, state, ref before, LeafPrefix);
        var busy = 0;
        foreach (ref var message in lanes)
        {
            busy += waiting.TryTake(out message) ? 1 : 0;
        }

        while (busy > 0)
        {
            var ended = 0u;
            for (var lane = 0; lane < lanes.Length; lane++)
            {
                ref var message = ref lanes[lane];
                if (message.BlocksLeft > 0)
                {
                    message.WriteNext(bytes, blocks.Slice(lane * BlockLength, BlockLength));
                    ended |= message.BlocksLeft == 0 ? 1u << lane : 0;
                }
            }

            Sha256Lanes<TLanes, TVector>.Load(blocks, words);
            Sha256Lanes<TLanes, TVector>.Shift(words, ref before);
            Sha256Lanes<TLanes, TVector>.Compress(state, words);
            if (ended == 0)
            {
                continue;
            }

            var digests = Sha256Lanes<TLanes, TVector>.Digests(state, words);
            for (var rest = ended; rest != 0; rest &= rest - 1)
            {
                var lane = BitOperations.TrailingZeroCount(rest);
                leaves[lanes[lane].Index] = digests[lane];
                busy -= waiting.TryTake(out lanes[lane]) ? 0 : 1;
            }

            Sha256Lanes<TLanes, TVector>.Begin(ended, state, ref before, LeafPrefix);
        }
    }

    /// <summary>The entries that no lane has taken yet, without those that are too long.</summary>
    private ref struct Waiting(ReadOnlySpan<byte> bytes, ReadOnlySpan<Range> entries, long longest)
    {
        private readonly ReadOnlySpan<Range> _entries = entries;
        private readonly int _end = bytes.Length;
        private int _next;

        /// <summary>Takes the next; where there is none, a message without blocks.</summary>
        public bool TryTake(out PaddedMessage message)
        {
            while (_next < _entries.Length)
            {
                var (start, length) = _entries[_next].GetOffsetAndLength(_end);
                message = new PaddedMessage(_next++, start, length);
                if (message.BlocksLeft <= longest)
                {
                    return true;
                }
            }

            message = default;
            return false;
        }
    }
}
