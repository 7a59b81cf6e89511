namespace ImmutableAudit.Benchmarks.Measuring;

/// <summary>What one run of a subject measured.</summary>
/// <param name="Value">In the scenario's unit.</param>
internal sealed record Sample(double Value)
{
    /// <summary>By how much the value is more than that of the scenario's first subject in the same round.</summary>
    public double? OverFirst { get; init; }

    /// <summary>Latency of one operation in microseconds, the median.</summary>
    public double? P50 { get; init; }

    /// <summary>Latency of one operation in microseconds, 99 of 100 are quicker.</summary>
    public double? P99 { get; init; }

    /// <summary>Bytes on disk for each entry at the end, the entry's own included; a journal or log that is used again apart.</summary>
    public double? BytesPerEntry { get; init; }

    /// <summary>Managed bytes allocated for each entry, by all threads of the process.</summary>
    public double? AllocatedPerEntry { get; init; }

    /// <summary>The most by which the process's working set grew over what it was at the start.</summary>
    public long? PeakMemory { get; init; }

    /// <summary>Entries committed but not yet published when the window closed.</summary>
    public long? Unpublished { get; init; }
}
