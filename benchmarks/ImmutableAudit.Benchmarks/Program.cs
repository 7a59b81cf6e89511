using ImmutableAudit.Benchmarks.Commands;

return await BenchmarkCommand.Create().Parse(args).InvokeAsync();
