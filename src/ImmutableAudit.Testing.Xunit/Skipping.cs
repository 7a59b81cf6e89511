using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ImmutableAudit.Testing.Xunit;

/// <summary>A theory whose cases may turn out not to apply while they run, which xunit 2 does not know by itself.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("ImmutableAudit.Testing.Xunit." + nameof(ConformanceDiscoverer), "ImmutableAudit.Testing.Xunit")]
public sealed class ConformanceTheoryAttribute : TheoryAttribute;

/// <summary>Finds the cases of a <see cref="ConformanceTheoryAttribute"/>. For xunit.</summary>
public sealed class ConformanceDiscoverer(IMessageSink diagnostics) : TheoryDiscoverer(diagnostics)
{
    /// <inheritdoc/>
    protected override IEnumerable<IXunitTestCase> CreateTestCasesForDataRow(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute, object[] dataRow) =>
        [new ConformanceTestCase(DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod, dataRow)];
}

/// <summary>One case. For xunit.</summary>
public sealed class ConformanceTestCase : XunitTestCase
{
    /// <summary>For xunit, which fills it in.</summary>
    [Obsolete("For deserialization alone.")]
    public ConformanceTestCase()
    {
    }

    /// <summary>One case of a theory.</summary>
    public ConformanceTestCase(
        IMessageSink diagnostics, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method, object[] arguments)
        : base(diagnostics, display, options, method, arguments)
    {
    }

    /// <inheritdoc/>
    public override async Task<RunSummary> RunAsync(
        IMessageSink diagnosticMessageSink,
        IMessageBus messageBus,
        object[] constructorArguments,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource)
    {
        using var bus = new SkippingBus(messageBus);
        var summary = await base.RunAsync(diagnosticMessageSink, bus, constructorArguments, aggregator, cancellationTokenSource).ConfigureAwait(false);
        summary.Failed -= bus.Skipped;
        summary.Skipped += bus.Skipped;
        return summary;
    }

    /// <inheritdoc/>
    protected override string GetDisplayName(IAttributeInfo factAttribute, string displayName) =>
        $"{BaseDisplayName}: {TestMethodArguments[0]}"; // xunit's own would cut it off.

    /// <summary>Tells a test that does not apply from one that failed. The bus behind it stays its owner's.</summary>
    private sealed class SkippingBus(IMessageBus inner) : IMessageBus
    {
        private const string Type = "ImmutableAudit.Testing.Xunit." + nameof(CaseSkippedException);

        public int Skipped { get; private set; }

        public bool QueueMessage(IMessageSinkMessage message)
        {
            if (message is ITestFailed failed && failed.ExceptionTypes.FirstOrDefault() == Type)
            {
                Skipped++;
                return inner.QueueMessage(new TestSkipped(failed.Test, failed.Messages.FirstOrDefault()));
            }

            return inner.QueueMessage(message);
        }

        public void Dispose()
        {
            // Nothing of its own.
        }
    }
}

/// <summary>The case does not apply.</summary>
internal sealed class CaseSkippedException(string reason) : Exception(reason);
