using System.Buffers;

namespace ImmutableAudit.Storage;

/// <summary>Arrays of the shared pool that are used again and again, and exchanged for longer ones.</summary>
internal static class PooledArray
{
    /// <summary>Makes an array at least so long. Where it is exchanged for that, what was in it is lost.</summary>
    public static void MakeRoom<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            var before = array;
            array = ArrayPool<T>.Shared.Rent(length);
            ArrayPool<T>.Shared.Return(before);
        }
    }
}
