namespace ImmutableAudit.Testing;

/// <summary>One sentence of the sinks' contract, and what shows whether a sink keeps it.</summary>
public sealed class SinkConformanceCase
{
    private readonly Func<SinkRun, Task> _body;

    internal SinkConformanceCase(string name, string contract, string sentence, Func<SinkRun, Task> body)
    {
        Name = name;
        Contract = contract;
        Sentence = sentence;
        _body = body;
    }

    /// <summary>What is tried, in a few words; no two cases have the same.</summary>
    public string Name { get; }

    /// <summary>Where the sentence stands, such as <c>IAuditSink.PublishAsync</c>.</summary>
    public string Contract { get; }

    /// <summary>The sentence, word for word.</summary>
    public string Sentence { get; }

    /// <summary>Tries it on a fresh store. The caller disposes the harness.</summary>
    /// <returns>Whether the case applies; where it does, the sink keeps the sentence.</returns>
    /// <exception cref="SinkConformanceException">The sink breaks the sentence.</exception>
    public async Task<SinkConformanceResult> RunAsync(SinkHarness harness)
    {
        ArgumentNullException.ThrowIfNull(harness);
        if (harness.Obstacle is { } obstacle)
        {
            return new SinkConformanceResult(obstacle);
        }

        try
        {
            await RunOnceAsync(harness).WaitAsync(harness.Patience);
            return new SinkConformanceResult(null);
        }
        catch (NotApplicableException e)
        {
            return new SinkConformanceResult(e.Message);
        }
        catch (TimeoutException e)
        {
            throw Broken($"After {harness.Patience} it still hangs.", e);
        }
        catch (Exception e)
        {
            throw Broken(e is BrokenSentenceException ? e.Message : $"It threw {e.GetType().Name}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private async Task RunOnceAsync(SinkHarness harness)
    {
        await Task.Yield(); // A sink that blocks does not keep the caller from counting the time.
        await harness.PrepareAsync();
        await using var run = new SinkRun(harness);
        await _body(run);
    }

    private SinkConformanceException Broken(string what, Exception cause) =>
        new($"{Name}: {what} The contract says ({Contract}): \"{Sentence}\"", cause);
}

/// <summary>How a case ended that the sink did not fail.</summary>
/// <param name="NotApplicable">Why the case does not apply to this sink, or could not be tried; <see langword="null"/> where it was.</param>
public sealed record SinkConformanceResult(string? NotApplicable)
{
    /// <summary>Whether it was tried, and the sink keeps the sentence.</summary>
    public bool Passed => NotApplicable is null;
}

/// <summary>A sink breaks a sentence of the contract.</summary>
public sealed class SinkConformanceException : Exception
{
    /// <summary>Says which, and how.</summary>
    public SinkConformanceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>What a case found.</summary>
internal sealed class BrokenSentenceException(string message) : Exception(message);

/// <summary>The case has nothing to say about this sink.</summary>
internal sealed class NotApplicableException(string message) : Exception(message);
