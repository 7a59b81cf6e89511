using System.ComponentModel;

namespace ImmutableAudit.Privilege;

/// <summary>A call that was allowed and is under way. Its end is told once, by whichever of the two comes first.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GuardedCall
{
    private Type? _end;

    /// <summary>The caller's token; under a grant also cancelled when that ends (PRIVILEGE.md P22).</summary>
    public CancellationToken CancellationToken { get; internal init; }

    /// <summary>The act succeeded.</summary>
    public void Succeed() => End(null);

    /// <summary>The act failed. Of the exception only the type goes on record.</summary>
    public void Fail(Exception exception) => End(exception);

    private void End(Exception? exception) => Interlocked.CompareExchange(ref _end, exception?.GetType() ?? typeof(void), null);
}
