using System.Buffers;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Guards;

/// <summary>What is recorded in the place of a sensitive value.</summary>
public sealed class SensitiveValuesTests
{
    private static readonly SensitiveValues Values = new(new byte[32]);

    public static TheoryData<object, object> Different => new()
    {
        { "1234", "9999" },
        { "1234".ToCharArray(), "9999".ToCharArray() },
        { "1234".AsMemory(), "9999".AsMemory() },
        { new Memory<char>("1234".ToCharArray()), new Memory<char>("9999".ToCharArray()) },
        { new byte[] { 1, 2 }, new byte[] { 3, 4 } },
        { new ReadOnlyMemory<byte>([1, 2]), new ReadOnlyMemory<byte>([3, 4]) },
        { new Memory<byte>([1, 2]), new Memory<byte>([3, 4]) },
        { new ArraySegment<byte>([0, 1, 2], 1, 2), new ArraySegment<byte>([0, 3, 4], 1, 2) },
        { new ReadOnlySequence<byte>([1, 2]), new ReadOnlySequence<byte>([3, 4]) },
        { new ReadOnlySequence<char>("1234".ToCharArray()), new ReadOnlySequence<char>("9999".ToCharArray()) },
        { 12.5m, 12.6m },
        { new Uri("https://shop.example/1"), new Uri("https://shop.example/2") },
        { new Card("1234"), new Card("9999") },
    };

    [Theory]
    [MemberData(nameof(Different))]
    public void Different_values_have_different_hashes(object one, object other)
    {
        Assert.StartsWith("hmac-sha256:", Values.Hide(one), StringComparison.Ordinal);
        Assert.Equal(Values.Hide(one), Values.Hide(one));
        Assert.NotEqual(Values.Hide(one), Values.Hide(other), StringComparer.Ordinal);
    }

    [Fact]
    public void The_same_characters_or_bytes_have_the_same_hash_in_whatever_they_are_kept()
    {
        Assert.Equal(Values.Hide("1234"), Values.Hide("1234".ToCharArray()));
        Assert.Equal(Values.Hide("1234"), Values.Hide("1234".AsMemory()));
        Assert.Equal(Values.Hide(new byte[] { 1, 2 }), Values.Hide(new ArraySegment<byte>([0, 1, 2], 1, 2)));
    }

    [Fact]
    public void What_has_no_text_of_its_own_has_no_hash()
    {
        Assert.Equal("(withheld: System.Collections.Generic.List`1[System.String])", Values.Hide(new List<string> { "1234" }));
        Assert.Equal("(withheld: System.String[])", Values.Hide(new[] { "1234" }));
        Assert.Equal("(withheld: System.Memory`1[System.Int32])", Values.Hide(new Memory<int>([1, 2])));
        Assert.Equal("(withheld: System.Buffers.ReadOnlySequence`1[System.Int32])", Values.Hide(new ReadOnlySequence<int>([1, 2])));
    }

    private sealed record Card(string Number);
}
