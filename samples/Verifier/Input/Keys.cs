using System.CommandLine;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Verifier.Input;

/// <summary>The option <c>--key</c>: each a file or the key itself.</summary>
internal static class Keys
{
    public static Option<string[]> Option(string description) => new("--key")
    {
        HelpName = "VKEY",
        Description = $"{description} A .vkey file or the text itself, 'name+id+base64'. Repeatable: after a key was replaced, give both.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static IReadOnlyList<INoteVerifier> Read(IEnumerable<string>? keys) => [.. (keys ?? []).Select(Read)];

    public static string Describe(IReadOnlyList<INoteVerifier> keys) => string.Join(", ", keys.Select(Describe));

    public static string Describe(INoteVerifier key) => $"{key.Name}+{key.KeyId:x8}";

    private static INoteVerifier Read(string key)
    {
        // A key has two '+'; that a file is called so as well is no reason to read the key from it.
        if (VerifierKey.TryParse(key, out var verifier))
        {
            return verifier;
        }

        try
        {
            return File.Exists(key) || key.Count(c => c == '+') < 2 ? VerifierKey.ReadFile(key) : VerifierKey.Parse(key);
        }
        catch (Exception e) when (e is AuditKeyException or ArgumentException)
        {
            throw new InputException($"--key '{key}' cannot be used: {e.Message}", e);
        }
    }
}
