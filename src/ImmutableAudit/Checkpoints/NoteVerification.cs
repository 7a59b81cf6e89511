namespace ImmutableAudit.Checkpoints;

/// <summary>Which of the known keys have signed a note (C2SP signed-note, "Verifying").</summary>
internal static class NoteVerification
{
    /// <summary>The known keys that have signed, in the order of their lines; or none, and the reason.</summary>
    public static IReadOnlyList<INoteVerifier> FindSigners(SignedNote note, IEnumerable<INoteVerifier> known, out string? reason)
    {
        INoteVerifier[] keys = [.. known];
        var signers = new List<INoteVerifier>();
        foreach (var line in note.Signatures)
        {
            // Whoever repeats a line a hundred times shall not cost a hundred checks: the first counts.
            if (!Array.Exists(keys, key => IsOf(line, key)) || signers.Exists(key => IsOf(line, key)))
            {
                continue;
            }

            // Key ids are short, so two known keys may share one: then either may have signed.
            var signer = Array.Find(keys, key => IsOf(line, key) && key.Verify(note.Text.Span, line.Signature.Span));
            if (signer is null)
            {
                reason =
                    $"The signature by the known key '{Printable.Of(line.Name)}' ({line.KeyId:x8}) is bad: the text was altered, "
                    + "or somebody else signed it under that name.";
                return [];
            }

            signers.Add(signer);
        }

        reason = signers.Count > 0 ? null : NobodyKnown(note, keys.Select(key => (key.Name, key.KeyId)).Distinct().Count());
        return signers.AsReadOnly();
    }

    private static bool IsOf(NoteSignature line, INoteVerifier key) => line.KeyId == key.KeyId && line.Name == key.Name;

    private static string NobodyKnown(SignedNote note, int known)
    {
        var names = note.Signatures.Take(5).Select(line => $"{Printable.Of(line.Name)} ({line.KeyId:x8})");
        return $"None of the {known} known keys has signed. Signed by: {string.Join(", ", names)}.";
    }
}
