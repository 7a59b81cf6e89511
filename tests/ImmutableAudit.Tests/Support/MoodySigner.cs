using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Tests.Support;

/// <summary>A signing service that can be down, or hang.</summary>
internal sealed class MoodySigner(INoteSigner inner) : INoteSigner
{
    private volatile TaskCompletionSource? _hanging;
    private int _asked;

    public INoteVerifier Verifier => inner.Verifier;

    public bool IsDown { get; set; }

    /// <summary>Every signature from here on waits until it is cancelled.</summary>
    public void Hang() => _hanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Those that wait are made, and later ones at once.</summary>
    public void Resume()
    {
        _hanging?.TrySetResult();
        _hanging = null;
    }

    /// <summary>Signatures that were asked for.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public async ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _asked);
        if (_hanging is { } hanging)
        {
            await hanging.Task.WaitAsync(cancellationToken);
        }

        return IsDown ? throw new HttpRequestException("The signing service is down.") : await inner.SignAsync(text, cancellationToken);
    }
}
