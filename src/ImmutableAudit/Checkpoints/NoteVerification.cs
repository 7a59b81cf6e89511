namespace ImmutableAudit.Checkpoints;

/// <summary>Which of the known keys have signed a note (C2SP signed-note, "Verifying").</summary>
internal static class NoteVerification
{
    /// <summary>The known keys that have signed, in the order of their lines; or none, and the reason.</summary>
    public static IReadOnlyList<INoteVerifier> FindSigners(SignedNote note, IEnumerable<INoteVerifier> known, out string? reason)
    {
        var keys = known.ToLookup(key => (key.Name, key.KeyId));
        var seen = new HashSet<(string, uint)>();
        var signers = new List<INoteVerifier>();
        foreach (var line in note.Signatures)
        {
            var id = (line.Name, line.KeyId);

            // Whoever repeats a line a hundred times shall not cost a hundred checks: the first counts.
            if (!keys.Contains(id) || !seen.Add(id))
            {
                continue;
            }

            // Key ids are short, so two known keys may share one: then either may have signed.
            if (keys[id].FirstOrDefault(key => key.Verify(note.Text.Span, line.Signature.Span)) is not { } signer)
            {
                reason =
                    $"The signature by the known key '{Printable.Of(line.Name)}' ({line.KeyId:x8}) is bad: the text was altered, "
                    + "or somebody else signed it under that name.";
                return [];
            }

            signers.Add(signer);
        }

        reason = signers.Count > 0 ? null : NobodyKnown(note, keys.Count);
        return signers.AsReadOnly();
    }

    private static string NobodyKnown(SignedNote note, int known)
    {
        var names = note.Signatures.Take(5).Select(line => $"{Printable.Of(line.Name)} ({line.KeyId:x8})");
        return $"None of the {known} known keys has signed. Signed by: {string.Join(", ", names)}.";
    }
}
