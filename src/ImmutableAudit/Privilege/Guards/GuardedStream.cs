namespace ImmutableAudit.Privilege;

/// <summary>
/// A guarded stream (PRIVILEGE.md P9). The subject is the one that made the call, whoever enumerates; each enumeration is
/// decided before its first element, a grant is checked again at each, and the outcome is recorded at the end: when it
/// runs out, fails, is stopped early, or is abandoned without being disposed.
/// </summary>
internal sealed class GuardedStream<T>(
    Func<CancellationToken, ValueTask<GuardedCall>> enter,
    Func<CancellationToken, IAsyncEnumerable<T>> inner,
    CancellationToken cancellationToken) : IAsyncEnumerable<T>
{
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken enumeratorToken = default)
    {
        using var linked = cancellationToken.CanBeCanceled && enumeratorToken.CanBeCanceled && cancellationToken != enumeratorToken
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, enumeratorToken)
            : null;
        var token = linked?.Token ?? (enumeratorToken.CanBeCanceled ? enumeratorToken : cancellationToken);
        var call = await enter(token).ConfigureAwait(false);
        using var watch = new Watch(call);
        var elements = Begin(call);
        try
        {
            while (await MoveNextAsync(elements, call).ConfigureAwait(false))
            {
                yield return elements.Current;
            }
        }
        finally
        {
            await EndAsync(elements, call).ConfigureAwait(false);
        }

        call.Succeed();
    }

    private IAsyncEnumerator<T> Begin(GuardedCall call)
    {
        try
        {
            return inner(call.CancellationToken).GetAsyncEnumerator(call.CancellationToken);
        }
        catch (Exception e)
        {
            call.Fail(e);
            throw;
        }
    }

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<T> elements, GuardedCall call)
    {
        try
        {
            call.ThrowIfOver();
            return await elements.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            call.Fail(e);
            throw;
        }
    }

    private static async ValueTask EndAsync(IAsyncEnumerator<T> elements, GuardedCall call)
    {
        try
        {
            await elements.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            call.Fail(e);
            throw;
        }
    }

    /// <summary>Ends a call that nobody ends: at disposal, or when the enumerator is collected without one.</summary>
    private sealed class Watch(GuardedCall call) : IDisposable
    {
#pragma warning disable MA0055 // An enumerator that is dropped has no other end than this.
        ~Watch() => call.Stop("abandoned");
#pragma warning restore MA0055

        public void Dispose()
        {
            GC.SuppressFinalize(this);
            call.Stop("stopped");
        }
    }
}
