using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Tests.Checkpoints;

public class NoteTextTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    [Fact]
    public void Base64_is_read_exactly_where_writing_gives_the_same_characters_again()
    {
        foreach (var first in Alphabet + "=-_ \n")
        {
            foreach (var second in Alphabet + "=-_ \n")
            {
                foreach (var rest in (string[])["==", "A=", "B=", "E=", "AA", "=A", "A", "", "= ", " ==", "===", "==AA"])
                {
                    AssertCanonicalOrRefused($"{first}{second}{rest}");
                    AssertCanonicalOrRefused($"AAAA{first}{second}{rest}");
                }
            }
        }
    }

    private static void AssertCanonicalOrRefused(string text)
    {
        var expected = IsCanonical(text);
        var read = NoteText.TryDecodeBase64(Keys.Utf8(text), out var bytes);

        Assert.True(expected == read, $"'{text}' should be {(expected ? "read" : "refused")}.");
        Assert.Equal(expected ? Convert.FromBase64String(text) : [], bytes);
    }

    private static bool IsCanonical(string text)
    {
        try
        {
            return Convert.ToBase64String(Convert.FromBase64String(text)) == text;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
