using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace ImmutableAudit.Benchmarks.Micro;

/// <summary>
/// In this process: a process for each benchmark would be built by a project of BenchmarkDotNet's own, under this
/// repository's rules for warnings.
/// </summary>
internal static class MicroConfig
{
    public static IConfig Create() => DefaultConfig.Instance
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .HideColumns(Column.Job, Column.Error, Column.StdDev, Column.RatioSD, Column.AllocRatio);
}
