namespace ImmutableAudit.Tests.Support;

/// <summary>
/// Does something when a test ends, also when it fails. Declared behind a log it runs before the log is closed, and so can let
/// go on what closing would wait for.
/// </summary>
internal sealed class AtEnd(Action action) : IDisposable
{
    public void Dispose() => action();
}
