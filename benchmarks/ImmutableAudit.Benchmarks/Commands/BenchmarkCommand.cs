using System.CommandLine;
using BenchmarkDotNet.Running;
using ImmutableAudit.Benchmarks.Micro;
using ImmutableAudit.Benchmarks.Scenarios;
using ImmutableAudit.Benchmarks.Subjects;

namespace ImmutableAudit.Benchmarks.Commands;

/// <summary>The command line.</summary>
internal static class BenchmarkCommand
{
    private const long DefaultEntries = 1_000_000;

    public static RootCommand Create() => new("Measures ImmutableAudit against what else there is, in turn within one run.")
    {
        Append(),
        OfLog("verify", "Full verification, against SHA256.HashData on one core.", LogScenarios.Verify),
        OfLog("prove", "Portable inclusion proofs: made, and checked against ECDsa.VerifyData alone.", LogScenarios.Prove, LogScenarios.Check),
        OfLog("open", "Opening after a clean stop.", (log, _) => LogScenarios.Open(log)),
        Micro(),
    };

    private static Command Append()
    {
        var postgres = new Option<string?>("--postgres")
        {
            Description = "A PostgreSQL server to compare with, on the same disk; in its database the table immutableaudit_benchmark is made and dropped.",
            HelpName = "CONNSTRING",
        };
        var scenario = new Option<string[]>("--scenario")
        {
            Description = "Run this one only; may be repeated.",
            DefaultValueFactory = _ => [],
        }.AcceptOnlyFromAmong([.. AppendScenarios.All(null).Select(scenario => scenario.Name)]);
        var options = new RunOptions();
        var command = new Command("append", "Appending entries of 256 bytes, from 1 to 1,024 producers.") { postgres, scenario };
        options.AddTo(command);
        command.SetAction((arguments, _) => MacroRun.RunAsync(options.Read(arguments), _ =>
        {
            var wanted = arguments.GetValue(scenario)!;
            return Task.FromResult(AppendScenarios.All(arguments.GetValue(postgres)).Where(one => wanted.Length == 0 || wanted.Contains(one.Name)));
        }));
        return command;
    }

    private static Command OfLog(string name, string description, params Func<string, long, Scenario>[] scenarios)
    {
        var entries = new Option<long>("--entries") { Description = "Entries of the log.", DefaultValueFactory = _ => DefaultEntries };
        var options = new RunOptions();
        var command = new Command(name, description) { entries };
        options.AddTo(command);
        command.SetAction((arguments, _) => MacroRun.RunAsync(options.Read(arguments), async directory =>
        {
            var size = arguments.GetValue(entries);
            var log = await BenchmarkLog.PrepareAsync(directory, size);
            return scenarios.Select(scenario => scenario(log, size));
        }));
        return command;
    }

    private static Command Micro()
    {
        var command = new Command("micro", "The small parts, by BenchmarkDotNet, to which all arguments go (--filter '*Leaf*', --list flat).")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(arguments => { BenchmarkSwitcher.FromAssembly(typeof(BenchmarkCommand).Assembly).Run([.. arguments.UnmatchedTokens], MicroConfig.Create()); });
        return command;
    }
}
