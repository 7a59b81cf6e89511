namespace ImmutableAudit.Privilege;

/// <summary>Permissions by index, a bit each; no object of its own, so that asking takes one look. Immutable.</summary>
internal readonly struct PermissionBits(ulong[] words)
{
    private ulong[] Words => words;

    /// <summary>Those of so many for which something holds.</summary>
    public static PermissionBits Of(int count, Func<int, bool> holds)
    {
        var words = new ulong[(count + 63) / 64];
        for (var i = 0; i < count; i++)
        {
            words[i >> 6] |= holds(i) ? 1UL << i : 0;
        }

        return new PermissionBits(words);
    }

    /// <summary>Whether it is among them; for an index that there is not, <see langword="false"/>.</summary>
    public bool Contains(int permission)
    {
        var all = words;
        var word = permission >> 6;
        return (uint)word < (uint)all.Length && (all[word] >> permission & 1) != 0;
    }

    /// <summary>Those that are among others, too, which are as many.</summary>
    public PermissionBits Within(PermissionBits others) => new([.. words.Zip(others.Words, static (one, other) => one & other)]);
}
