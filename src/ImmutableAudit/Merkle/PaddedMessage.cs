using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ImmutableAudit.Merkle;

/// <summary>
/// A message of one byte of prefix and data, cut into SHA-256 blocks with padding (FIPS 180-4 section 5.1.1). The blocks it
/// writes leave the prefix out: they are the data's own, and <see cref="Sha256Lanes{TLanes, TVector}.Shift"/> makes room for it.
/// </summary>
internal struct PaddedMessage
{
    public const int BlockLength = 64;

    private const int PrefixLength = 1;
    private const byte EndMark = 0x80;

    /// <summary>The length in bits takes the last eight bytes of the last block; without the prefix all stands one byte earlier.</summary>
    private const int LengthAt = BlockLength - sizeof(ulong) - PrefixLength;

    private readonly int _length;
    private int _next;
    private int _rest;

    /// <summary>Begins a message.</summary>
    /// <param name="index">Which one it is, for whoever asks.</param>
    /// <param name="start">Where its data starts.</param>
    /// <param name="length">Length of the data in bytes.</param>
    public PaddedMessage(int index, int start, int length)
    {
        Index = index;
        BlocksLeft = BlockCount(length);
        _next = start;
        _length = _rest = length;
    }

    public readonly int Index { get; }

    /// <summary>Blocks that are not yet written.</summary>
    public int BlocksLeft { get; private set; }

    /// <summary>How many blocks a message takes with data of this length.</summary>
    public static int BlockCount(int length) => (PrefixLength + length + sizeof(byte) + sizeof(ulong) + BlockLength - 1) / BlockLength;

    /// <summary>Writes the next block. The last byte of the last block is left to chance: it is behind the message's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteNext(ReadOnlySpan<byte> data, Span<byte> block)
    {
        BlocksLeft--;
        if (_rest >= BlockLength)
        {
            data.Slice(_next, BlockLength).CopyTo(block);
            _next += BlockLength;
            _rest -= BlockLength;
        }
        else
        {
            WriteEnd(data, block[..BlockLength]);
        }
    }

    private void WriteEnd(ReadOnlySpan<byte> data, Span<byte> block)
    {
        block.Clear();
        if (_rest >= 0)
        {
            data.Slice(_next, _rest).CopyTo(block);
            block[_rest] = EndMark;
            _rest = -1;
        }

        if (BlocksLeft == 0)
        {
            BinaryPrimitives.WriteUInt64BigEndian(block[LengthAt..], 8 * (ulong)(PrefixLength + _length));
        }
    }
}
