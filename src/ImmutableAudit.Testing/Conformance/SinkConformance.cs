namespace ImmutableAudit.Testing;

/// <summary>
/// The contract of <see cref="Storage.IAuditSink"/> and what belongs to it, sentence by sentence: a sink that passes every case can
/// carry a log. Framework-neutral; ImmutableAudit.Testing.Xunit makes tests of it.
/// </summary>
public static class SinkConformance
{
    /// <summary>All cases. Each is run on a harness of its own.</summary>
    public static IReadOnlyList<SinkConformanceCase> Cases { get; } =
    [
        .. ClaimCases.All,
        .. RecoveryCases.All,
        .. CommitCases.All,
        .. FailureCases.All,
        .. SharedCases.All,
        .. IntegrationCases.All,
        .. PublicationCases.All,
        .. ReadCases.All,
        .. WholeLogCases.All,
    ];
}
