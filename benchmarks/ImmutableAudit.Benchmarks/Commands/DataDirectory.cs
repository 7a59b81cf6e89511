namespace ImmutableAudit.Benchmarks.Commands;

/// <summary>Where data goes: the directory that was named, or a temporary one that is removed at the end.</summary>
internal sealed class DataDirectory(string? named) : IDisposable
{
    public string Path { get; } = named is null
        ? Directory.CreateTempSubdirectory("immutableaudit-benchmarks-").FullName
        : Directory.CreateDirectory(named).FullName;

    public void Dispose()
    {
        if (named is null)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
