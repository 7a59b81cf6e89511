using ImmutableAudit.PostgreSql.Tests.Support;
using ImmutableAudit.Testing;
using ImmutableAudit.Testing.Xunit;

namespace ImmutableAudit.PostgreSql.Tests.Conformance;

/// <summary>The sink that several processes share.</summary>
[Collection(ServerTests.Name)]
public sealed class PostgreSqlSinkConformance(ServerFixture fixture) : SinkConformanceTests
{
    protected override SinkHarness CreateHarness() => new PostgreSqlHarness(fixture);
}
