namespace ImmutableAudit.Tests.Support;

/// <summary>A directory of a test's own, gone after it.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("immutable-audit-").FullName;

    public static implicit operator string(TempDirectory directory) => directory.Path;

    public string Combine(string relative) => System.IO.Path.Combine(Path, relative);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
