namespace ImmutableAudit.Privilege;

/// <summary>Permissions by index, a bit each; no object of its own, so that asking takes one look. Immutable.</summary>
internal readonly struct PermissionBits(ulong[] words)
{
    /// <summary>Whether it is among them; for an index that there is not, <see langword="false"/>.</summary>
    public bool Contains(int permission)
    {
        var all = words;
        var word = permission >> 6;
        return (uint)word < (uint)all.Length && (all[word] >> permission & 1) != 0;
    }
}
