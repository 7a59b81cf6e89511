using System.Text;

namespace ImmutableAudit.Checkpoints;

/// <summary>What may name a key: C2SP signed-note's rule, and no control characters, since names are shown to people.</summary>
internal static class NoteKeyName
{
    /// <summary>In bytes of UTF-8: what a C2SP cosignature can hold, for names of keys and of logs.</summary>
    public const int MaxLength = 255;

    /// <summary>What is wrong with a name as the end of a sentence, or <see langword="null"/>.</summary>
    public static string? FindFault(string name)
    {
        if (NoteText.FindLineFault(name, MaxLength) is { } fault)
        {
            return fault;
        }

        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.Value == '+' || Rune.IsWhiteSpace(rune))
            {
                return "contains a space or a '+'";
            }
        }

        return null;
    }

    /// <summary>Refuses a name that <see cref="FindFault"/> finds fault with.</summary>
    /// <exception cref="AuditKeyException">The name cannot be a key's name.</exception>
    public static void ThrowIfInvalid(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (FindFault(name) is { } fault)
        {
            throw new AuditKeyException(
                $"The key name '{Printable.Of(name)}' {fault}. Use a name like 'shop.example/audit', usually the origin.");
        }
    }
}
