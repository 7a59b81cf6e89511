using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImmutableAudit.Merkle;

/// <summary>
/// SHA-256 (FIPS 180-4) of many messages side by side. Lane <c>i</c> of every vector belongs to message <c>i</c>: one
/// instruction does the same step for all of them, so a block of each is compressed in little more than the time of one.
/// </summary>
/// <remarks>
/// <para>The tree's messages begin with one byte of prefix, which would put every block one byte off the data. So the data's
/// own blocks are loaded, and <see cref="Shift"/> moves them one byte on, each word taking in the last byte of the word before.</para>
/// <para>Pure arithmetic: which message is in which lane, and padding, are <see cref="LaneHasher{TLanes, TVector}"/>'s.</para>
/// </remarks>
internal static class Sha256Lanes<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Words of a block, and vectors that hold a block of every lane.</summary>
    public const int BlockWords = 16;

    /// <summary>Words of a state, and vectors that hold the state of every lane.</summary>
    public const int StateWords = 8;

    private const int Rounds = 64;
    private const int Last = BlockWords - 1;

    /// <summary>The initial hash value (FIPS 180-4 section 5.3.3).</summary>
    private static ReadOnlySpan<uint> InitialState =>
    [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ];

    /// <summary>The round constants (FIPS 180-4 section 4.2.2).</summary>
    private static ReadOnlySpan<uint> K =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Begins a new message in some lanes.</summary>
    /// <param name="lanes">A bit for each of these lanes.</param>
    /// <param name="state">Set to the initial state there.</param>
    /// <param name="before">Set to the prefix there: what <see cref="Shift"/> lets the first block follow on.</param>
    /// <param name="prefix">The prefix.</param>
    public static void Begin(uint lanes, Span<TVector> state, ref TVector before, uint prefix)
    {
        var mask = TLanes.Mask(lanes);
        for (var i = 0; i < StateWords; i++)
        {
            state[i] = TLanes.Choose(mask, TLanes.Broadcast(InitialState[i]), state[i]);
        }

        before = TLanes.Choose(mask, TLanes.Broadcast(prefix), before);
    }

    /// <summary>
    /// Takes one block of each lane into words: big-endian, and turned so that a vector holds the same word of every lane.
    /// </summary>
    /// <param name="blocks">The blocks as they lie in memory, one lane's after the other's.</param>
    /// <param name="words">Gets the sixteen words.</param>
    public static void Load(ReadOnlySpan<byte> blocks, Span<TVector> words)
    {
        var rows = MemoryMarshal.Cast<byte, TVector>(blocks);
        for (var i = 0; i < BlockWords; i++)
        {
            words[i] = TLanes.ReverseBytes(rows[i]);
        }

        Transpose(words[..BlockWords], TLanes.Count);
    }

    /// <summary>Moves a block one byte on, behind the last word of the block before, which this block's last word replaces.</summary>
    public static void Shift(Span<TVector> words, ref TVector before)
    {
        for (var i = 0; i < BlockWords; i++)
        {
            var word = words[i];
            words[i] = TLanes.Or(TLanes.ShiftLeft(before, 24), TLanes.ShiftRight(word, 8));
            before = word;
        }
    }

    /// <summary>Compresses one block of every lane into the state (FIPS 180-4 section 6.2.2). The words are overwritten.</summary>
    // Optimized at once: unoptimized, with a call for every operation, the first batches would be far slower than the framework.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(Span<TVector> state, Span<TVector> words)
    {
        TVector a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (var t = 0; t < Rounds; t++)
        {
            // The schedule is kept sixteen words long: word t takes the place of word t - 16, which it is the last to need.
            var word = words[t & Last];
            if (t >= BlockWords)
            {
                word = TLanes.Add(
                    TLanes.Add(word, SmallSigma0(words[(t + 1) & Last])),
                    TLanes.Add(words[(t + 9) & Last], SmallSigma1(words[(t + 14) & Last])));
                words[t & Last] = word;
            }

            var t1 = TLanes.Add(
                TLanes.Add(TLanes.Add(word, TLanes.Broadcast(K[t])), h), TLanes.Add(BigSigma1(e), TLanes.Choose(e, f, g)));
            var t2 = TLanes.Add(BigSigma0(a), TLanes.Majority(a, b, c));
            (h, g, f, e) = (g, f, e, TLanes.Add(d, t1));
            (d, c, b, a) = (c, b, a, TLanes.Add(t1, t2));
        }

        state[0] = TLanes.Add(state[0], a);
        state[1] = TLanes.Add(state[1], b);
        state[2] = TLanes.Add(state[2], c);
        state[3] = TLanes.Add(state[3], d);
        state[4] = TLanes.Add(state[4], e);
        state[5] = TLanes.Add(state[5], f);
        state[6] = TLanes.Add(state[6], g);
        state[7] = TLanes.Add(state[7], h);
    }

    /// <summary>The hash of every lane, by lane.</summary>
    /// <param name="state">The states.</param>
    /// <param name="scratch">Room for the result: as many vectors as a state has.</param>
    public static ReadOnlySpan<MerkleHash> Digests(ReadOnlySpan<TVector> state, Span<TVector> scratch)
    {
        for (var i = 0; i < StateWords; i++)
        {
            scratch[i] = TLanes.ReverseBytes(state[i]);
        }

        Transpose(scratch[..StateWords], StateWords);
        return MemoryMarshal.Cast<TVector, MerkleHash>(scratch[..StateWords]);
    }

    /// <summary>
    /// Transposes a matrix of words that lies row after row. Riffling its words once, first half into second half as cards
    /// are, moves the highest bit of each word's place to the lowest; doing so for every bit of the row's number leaves the
    /// column's number above it.
    /// </summary>
    [SkipLocalsInit]
    private static void Transpose(Span<TVector> matrix, int rows)
    {
        Span<TVector> riffled = stackalloc TVector[BlockWords];
        for (var n = rows; n > 1; n /= 2)
        {
            var half = matrix.Length / 2;
            for (var i = 0; i < half; i++)
            {
                riffled[2 * i] = TLanes.InterleaveLow(matrix[i], matrix[half + i]);
                riffled[(2 * i) + 1] = TLanes.InterleaveHigh(matrix[i], matrix[half + i]);
            }

            riffled[..matrix.Length].CopyTo(matrix);
        }
    }

    // The functions of FIPS 180-4 section 4.1.2 that choose and majority leave over.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector BigSigma0(TVector x) =>
        TLanes.Xor(TLanes.RotateRight(x, 2), TLanes.RotateRight(x, 13), TLanes.RotateRight(x, 22));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector BigSigma1(TVector x) =>
        TLanes.Xor(TLanes.RotateRight(x, 6), TLanes.RotateRight(x, 11), TLanes.RotateRight(x, 25));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SmallSigma0(TVector x) =>
        TLanes.Xor(TLanes.RotateRight(x, 7), TLanes.RotateRight(x, 18), TLanes.ShiftRight(x, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SmallSigma1(TVector x) =>
        TLanes.Xor(TLanes.RotateRight(x, 17), TLanes.RotateRight(x, 19), TLanes.ShiftRight(x, 10));
}

/// <summary>What a processor must be able to do with a vector that holds one 32-bit word of each lane.</summary>
internal interface ILanes<TVector>
    where TVector : unmanaged
{
    static abstract bool IsSupported { get; }

    static abstract int Count { get; }

    static abstract TVector Broadcast(uint value);

    /// <summary>All bits of the lanes whose bit is set.</summary>
    static abstract TVector Mask(uint lanes);

    static abstract TVector Add(TVector x, TVector y);

    static abstract TVector Or(TVector x, TVector y);

    static abstract TVector Xor(TVector x, TVector y, TVector z);

    static abstract TVector ShiftLeft(TVector x, [ConstantExpected] byte count);

    static abstract TVector ShiftRight(TVector x, [ConstantExpected] byte count);

    static abstract TVector RotateRight(TVector x, [ConstantExpected] byte count);

    /// <summary><c>Ch</c>: of each bit, <paramref name="y"/>'s where <paramref name="x"/> has one, else <paramref name="z"/>'s.</summary>
    static abstract TVector Choose(TVector x, TVector y, TVector z);

    /// <summary><c>Maj</c>: of each bit, what at least two of the three have.</summary>
    static abstract TVector Majority(TVector x, TVector y, TVector z);

    /// <summary>Between big-endian and the processor's order.</summary>
    static abstract TVector ReverseBytes(TVector x);

    /// <summary>The first half of <c>x0 y0 x1 y1 …</c></summary>
    static abstract TVector InterleaveLow(TVector x, TVector y);

    /// <summary>The second half of <c>x0 y0 x1 y1 …</c></summary>
    static abstract TVector InterleaveHigh(TVector x, TVector y);
}

/// <summary>Sixteen lanes: AVX-512, which rotates, and computes any function of three bits, in one instruction.</summary>
internal readonly struct Lanes16 : ILanes<Vector512<uint>>
{
    // Where the runtime prefers narrower vectors, because the processor slows down for these, they are not used.
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx512BW.IsSupported;

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Broadcast(uint value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Mask(uint lanes)
    {
        var own = Avx512F.ShiftLeftLogicalVariable(Vector512<uint>.One, Vector512<uint>.Indices);
        return Avx512F.CompareEqual(Avx512F.And(Vector512.Create(lanes), own), own);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> x, Vector512<uint> y) => Avx512F.Add(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Or(Vector512<uint> x, Vector512<uint> y) => Avx512F.Or(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Xor(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) => Avx512F.TernaryLogic(x, y, z, 0x96);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ShiftLeft(Vector512<uint> x, [ConstantExpected] byte count) => Avx512F.ShiftLeftLogical(x, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ShiftRight(Vector512<uint> x, [ConstantExpected] byte count) => Avx512F.ShiftRightLogical(x, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateRight(Vector512<uint> x, [ConstantExpected] byte count) => Avx512F.RotateRight(x, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Choose(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) => Avx512F.TernaryLogic(x, y, z, 0xCA);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Majority(Vector512<uint> x, Vector512<uint> y, Vector512<uint> z) => Avx512F.TernaryLogic(x, y, z, 0xE8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ReverseBytes(Vector512<uint> x) => Avx512BW.Shuffle(
        x.AsByte(), Vector512.Create(Vector128.Create(0x04050607_00010203, 0x0C0D0E0F_08090A0B)).AsByte()).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> InterleaveLow(Vector512<uint> x, Vector512<uint> y) => Avx512F.PermuteVar16x32x2(
        x, Vector512.Create(0u, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> InterleaveHigh(Vector512<uint> x, Vector512<uint> y) => Avx512F.PermuteVar16x32x2(
        x, Vector512.Create(8u, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), y);
}

/// <summary>Eight lanes: AVX2, on nearly every processor of the last ten years.</summary>
internal readonly struct Lanes8 : ILanes<Vector256<uint>>
{
    private const byte BothLowHalves = 0x20;
    private const byte BothHighHalves = 0x31;

    public static bool IsSupported => Avx2.IsSupported;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Broadcast(uint value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Mask(uint lanes)
    {
        var own = Avx2.ShiftLeftLogicalVariable(Vector256<uint>.One, Vector256<uint>.Indices);
        return Avx2.CompareEqual(Avx2.And(Vector256.Create(lanes), own), own);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> x, Vector256<uint> y) => Avx2.Add(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Or(Vector256<uint> x, Vector256<uint> y) => Avx2.Or(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Xor(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) => Avx2.Xor(Avx2.Xor(x, y), z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> ShiftLeft(Vector256<uint> x, [ConstantExpected] byte count) => x << count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> ShiftRight(Vector256<uint> x, [ConstantExpected] byte count) => x >>> count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateRight(Vector256<uint> x, [ConstantExpected] byte count) =>
        Avx2.Or(x >>> count, x << (32 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Choose(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) =>
        Avx2.Xor(z, Avx2.And(x, Avx2.Xor(y, z)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Majority(Vector256<uint> x, Vector256<uint> y, Vector256<uint> z) =>
        Avx2.Or(Avx2.And(x, y), Avx2.And(z, Avx2.Or(x, y)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> ReverseBytes(Vector256<uint> x) => Avx2.Shuffle(
        x.AsByte(), Vector256.Create(Vector128.Create(0x04050607_00010203, 0x0C0D0E0F_08090A0B)).AsByte()).AsUInt32();

    // Unpacking interleaves within each half of a vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> InterleaveLow(Vector256<uint> x, Vector256<uint> y) =>
        Avx2.Permute2x128(Avx2.UnpackLow(x, y), Avx2.UnpackHigh(x, y), BothLowHalves);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> InterleaveHigh(Vector256<uint> x, Vector256<uint> y) =>
        Avx2.Permute2x128(Avx2.UnpackLow(x, y), Avx2.UnpackHigh(x, y), BothHighHalves);
}
