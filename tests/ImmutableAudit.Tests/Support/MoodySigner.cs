using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Tests.Support;

/// <summary>A signing service that can be down, or hang.</summary>
internal sealed class MoodySigner(INoteSigner inner) : INoteSigner
{
    private volatile TaskCompletionSource? _hanging;

    public INoteVerifier Verifier => inner.Verifier;

    public bool IsDown { get; set; }

    /// <summary>Every signature from here on waits until it is cancelled.</summary>
    public void Hang() => _hanging = new TaskCompletionSource();

    public async ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken = default)
    {
        if (_hanging is { } hanging)
        {
            await hanging.Task.WaitAsync(cancellationToken);
        }

        return IsDown ? throw new HttpRequestException("The signing service is down.") : await inner.SignAsync(text, cancellationToken);
    }
}
