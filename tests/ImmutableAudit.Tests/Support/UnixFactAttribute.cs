namespace ImmutableAudit.Tests.Support;

/// <summary>A test of what only Unix has, as signals; reports itself as not run elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no such thing." : null;
}
