using System.CommandLine;
using BenchmarkDotNet.Running;
using ImmutableAudit.Benchmarks.Guards;
using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Benchmarks.Memory;
using ImmutableAudit.Benchmarks.Micro;
using ImmutableAudit.Benchmarks.Scenarios;
using ImmutableAudit.Benchmarks.Subjects;

namespace ImmutableAudit.Benchmarks.Commands;

/// <summary>The command line.</summary>
internal static class BenchmarkCommand
{
    private const long DefaultEntries = 1_000_000;
    private const long ManyEntries = 10_000_000;

    /// <summary>What a journal of its default capacity has room for.</summary>
    private const long MaxUnpublished = 4_000_000;

    private static readonly (string Name, string Description, Func<string, long, Scenario>[] Scenarios)[] OfLog =
    [
        ("verify", "Full verification, against SHA256.HashData on one core.", [LogScenarios.Verify]),
        ("prove", "Portable inclusion proofs: made, and checked against ECDsa.VerifyData alone.", [LogScenarios.Prove, LogScenarios.Check]),
    ];

    public static RootCommand Create()
    {
        var root = new RootCommand("Measures ImmutableAudit against what else there is, in turn within one run.") { All(), Append() };
        foreach (var (name, description, scenarios) in OfLog)
        {
            root.Add(OfOneLog(name, description, scenarios));
        }

        root.Add(Open());
        root.Add(Guard());
        root.Add(Grants());
        root.Add(PostgreSql());
        root.Add(PostgreSqlChild());
        root.Add(Memory());
        root.Add(MemoryChild());
        root.Add(Micro());
        return root;
    }

    private static Command All()
    {
        var entries = Entries("--entries", "Entries of the long log: of verify, prove, open and memory.", ManyEntries);
        var unpublished = Unpublished();
        var postgres = Postgres();
        var options = new RunOptions();
        var command = new Command("all", "Everything but micro: append, verify, prove, open, memory. Takes about an hour.") { entries, unpublished, postgres };
        options.AddTo(command);
        command.SetAction(async (arguments, _) =>
        {
            var size = arguments.GetValue(entries);
            await MacroRun.RunAsync(
                options.Read(arguments), directory => AllAsync(directory, size, arguments.GetValue(unpublished), arguments.GetValue(postgres)));
            await MeasureMemoryAsync(options.Read(arguments).Directory, size);
        });
        return command;
    }

    private static async IAsyncEnumerable<Scenario> AllAsync(string directory, long entries, long unpublished, string? postgres)
    {
        foreach (var scenario in AppendScenarios.All(postgres))
        {
            yield return scenario;
        }

        var log = await BenchmarkLog.PrepareAsync(directory, entries);
        foreach (var make in OfLog.SelectMany(command => command.Scenarios))
        {
            yield return make(log, entries);
        }

        await foreach (var scenario in OpenAsync(directory, entries, unpublished))
        {
            yield return scenario;
        }
    }

    private static Command Append()
    {
        var postgres = Postgres();
        var scenario = new Option<string[]>("--scenario")
        {
            Description = "Run this one only; may be repeated.",
            DefaultValueFactory = _ => [],
        }.AcceptOnlyFromAmong([.. AppendScenarios.All(null).Select(scenario => scenario.Name)]);
        var options = new RunOptions();
        var command = new Command("append", "Appending entries of 256 bytes, from 1 to 1,024 producers.") { postgres, scenario };
        options.AddTo(command);
        command.SetAction((arguments, _) =>
        {
            var wanted = arguments.GetValue(scenario)!;
            return MacroRun.RunAsync(options.Read(arguments), _ =>
                AppendScenarios.All(arguments.GetValue(postgres)).Where(one => wanted.Length == 0 || wanted.Contains(one.Name)).ToAsyncEnumerable());
        });
        return command;
    }

    private static Command OfOneLog(string name, string description, Func<string, long, Scenario>[] scenarios)
    {
        var entries = Entries("--entries", "Entries of the log.", DefaultEntries);
        var options = new RunOptions();
        var command = new Command(name, description) { entries };
        options.AddTo(command);
        command.SetAction((arguments, _) => MacroRun.RunAsync(options.Read(arguments), directory => MakeAsync(directory, arguments.GetValue(entries))));
        return command;

        async IAsyncEnumerable<Scenario> MakeAsync(string directory, long size)
        {
            var log = await BenchmarkLog.PrepareAsync(directory, size);
            foreach (var make in scenarios)
            {
                yield return make(log, size);
            }
        }
    }

    private static Command Open()
    {
        var entries = Entries("--entries", "Entries of the log that was stopped cleanly.", DefaultEntries);
        var unpublished = Unpublished();
        var options = new RunOptions();
        var command = new Command("open", "Opening after a clean stop, and after the writer was killed (once in each round, however many --seconds).") { entries, unpublished };
        options.AddTo(command);
        command.SetAction((arguments, _) => MacroRun.RunAsync(
            options.Read(arguments), directory => OpenAsync(directory, arguments.GetValue(entries), arguments.GetValue(unpublished))));
        return command;
    }

    private static async IAsyncEnumerable<Scenario> OpenAsync(string directory, long entries, long unpublished)
    {
        yield return LogScenarios.Open(await BenchmarkLog.PrepareAsync(directory, entries));
        yield return LogScenarios.OpenAfterKill(await BenchmarkLog.PrepareKilledAsync(directory, unpublished), unpublished);
    }

    private static Command Guard()
    {
        var scenario = new Option<string[]>("--scenario")
        {
            Description = "Run this one only; may be repeated.",
            DefaultValueFactory = _ => [],
        }.AcceptOnlyFromAmong([.. GuardScenarios.All.Select(scenario => scenario.Name)]);
        var options = new RunOptions();
        var command = new Command("guard", "What deciding, guarding and recording a call takes.") { scenario };
        options.AddTo(command);
        command.SetAction((arguments, _) =>
        {
            var wanted = arguments.GetValue(scenario)!;
            return MacroRun.RunAsync(options.Read(arguments), GuardScenarios.All.Where(one => wanted.Length == 0 || wanted.Contains(one.Name)));
        });
        return command;
    }

    private static Command Grants()
    {
        var entries = Entries("--entries", "Entries about privileges.", DefaultEntries);
        var others = Entries("--others", "Other entries among them.", 5 * DefaultEntries);
        var options = new RunOptions();
        var command = new Command("grants", "Opening the least-privilege layer on a log with many entries about privileges.") { entries, others };
        options.AddTo(command);
        command.SetAction((arguments, _) => MacroRun.RunAsync(
            options.Read(arguments), directory => OpenGuardAsync(directory, arguments.GetValue(entries), arguments.GetValue(others))));
        return command;
    }

    private static async IAsyncEnumerable<Scenario> OpenGuardAsync(string directory, long entries, long others)
    {
        yield return await LogScenarios.OpenGuardAsync(directory, entries, others);
    }

    private static Command PostgreSql()
    {
        var server = Postgres();
        server.Required = true;
        server.Description = "The server: a role that may create schemas and roles. A schema is made in its database for each run, and dropped.";
        var entries = Entries("--entries", "Entries of the log that is verified.", DefaultEntries);
        var scenario = new Option<string[]>("--scenario")
        {
            Description = "Run this one only; may be repeated.",
            DefaultValueFactory = _ => [],
        }.AcceptOnlyFromAmong([.. PostgreSqlScenarios.All("", 0).Select(scenario => scenario.Name)]);
        var options = new RunOptions();
        var command = new Command("postgresql", "A log in PostgreSQL, against single-row inserts into a table on the same server.") { server, entries, scenario };
        options.AddTo(command);
        command.SetAction((arguments, _) =>
        {
            var wanted = arguments.GetValue(scenario)!;
            var all = PostgreSqlScenarios.All(arguments.GetValue(server)!, arguments.GetValue(entries));
            return MacroRun.RunAsync(options.Read(arguments), _ => all.Where(one => wanted.Length == 0 || wanted.Contains(one.Name)).ToAsyncEnumerable());
        });
        return command;
    }

    /// <summary>What <c>postgresql</c> starts.</summary>
    private static Command PostgreSqlChild()
    {
        var server = new Argument<string>("server");
        var directory = new Argument<string>("directory");
        var producers = new Argument<int>("producers");
        var seconds = new Argument<double>("seconds");
        var command = new Command(PostgreSqlProcesses.ChildCommand) { server, directory, producers, seconds };
        command.Hidden = true;
        command.SetAction((arguments, _) => PostgreSqlProcesses.RunChildAsync(
            arguments.GetValue(server)!,
            new Workload(arguments.GetValue(producers), TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(directory)!)));
        return command;
    }

    private static Command Memory()
    {
        var entries = Entries("--entries", "Entries of the long log; the short one has 10,000.", ManyEntries);
        var directory = RunOptions.DirectoryOption("Where data goes, which is removed at the end. [default: a temporary one]");
        var command = new Command("memory", "The most memory that appending and verifying take, for a short log and for a long one.") { entries, directory };
        command.SetAction((arguments, _) => MeasureMemoryAsync(arguments.GetValue(directory), arguments.GetValue(entries)));
        return command;
    }

    private static async Task MeasureMemoryAsync(string? named, long entries)
    {
        using var directory = new DataDirectory(named);
        await MemoryRun.RunAsync(directory.Path, entries);
    }

    /// <summary>What <c>memory</c> starts.</summary>
    private static Command MemoryChild()
    {
        var what = new Argument<string>("what").AcceptOnlyFromAmong(MemoryRun.Append, MemoryRun.Verify);
        var log = new Argument<string>("log");
        var entries = new Argument<long>("entries");
        var command = new Command(MemoryRun.ChildCommand) { what, log, entries };
        command.Hidden = true;
        command.SetAction((arguments, _) => MemoryRun.RunChildAsync(arguments.GetValue(what)!, arguments.GetValue(log)!, arguments.GetValue(entries)));
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

    private static Option<string?> Postgres() => new("--postgres")
    {
        Description = "A PostgreSQL server to compare with, on the same disk; in its database the table immutableaudit_benchmark is made and dropped.",
        HelpName = "CONNSTRING",
    };

    private static Option<long> Unpublished() => Entries(
        "--unpublished", "Entries, none of them published, of the log whose writer was killed.", DefaultEntries, MaxUnpublished);

    private static Option<long> Entries(string name, string description, long byDefault, long max = long.MaxValue)
    {
        var option = new Option<long>(name)
        {
            Description = max == long.MaxValue ? description : FormattableString.Invariant($"{description} At most {max:N0}: the journal's capacity."),
            HelpName = "N",
            DefaultValueFactory = _ => byDefault,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() is < 1 || result.GetValueOrDefault<long>() > max)
            {
                result.AddError(max == long.MaxValue ? $"{name} must be at least 1." : $"{name} must be from 1 to {max}.");
            }
        });
        return option;
    }
}
