namespace ImmutableAudit.Generators.Tests;

/// <summary>
/// Compares a text with the file of that name in Snapshots/. With IMMUTABLEAUDIT_ACCEPT=1 in the environment the file is
/// written instead; the change is then to be reviewed like every other.
/// </summary>
internal static class Snapshot
{
    public static void Matches(string name, string actual)
    {
        var path = Path.Combine(Folder(), name + ".txt");
        if (Environment.GetEnvironmentVariable("IMMUTABLEAUDIT_ACCEPT") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"There is no snapshot '{name}'.");
        Assert.Equal(File.ReadAllText(path), actual, ignoreLineEndingDifferences: true);
    }

    // Not by the path that the compiler saw: in a CI build that one is not the real one.
    private static string Folder()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ImmutableAudit.sln")))
            {
                return Path.Combine(folder, "tests", "ImmutableAudit.Generators.Tests", "Snapshots");
            }
        }

        throw new DirectoryNotFoundException($"No ImmutableAudit.sln above {AppContext.BaseDirectory}.");
    }
}
