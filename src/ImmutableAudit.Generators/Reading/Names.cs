namespace ImmutableAudit.Generators;

/// <summary>Names of a guard's fields: none twice, and none that a parameter has.</summary>
internal sealed class Names(IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = new(taken, StringComparer.Ordinal);

    /// <summary>A stem from which all of these names can be made.</summary>
    public string Stem(string name, params string[] patterns)
    {
        for (var number = 1; ; number++)
        {
            var stem = number == 1 ? name : name + number;
            if (Array.TrueForAll(patterns, pattern => !_taken.Contains(Make(pattern, stem))))
            {
                _taken.UnionWith(patterns.Select(pattern => Make(pattern, stem)));
                return stem;
            }
        }
    }

    /// <summary>In a pattern <c>$</c> stands for the stem, and <c>_$</c> for it with a small letter.</summary>
    public static string Make(string pattern, string stem) => pattern
        .Replace("_$", "_" + char.ToLowerInvariant(stem[0]) + stem.Substring(1))
        .Replace("$", char.ToUpperInvariant(stem[0]) + stem.Substring(1));
}
