using ImmutableAudit.Import.Input;
using ImmutableAudit.Samples;

namespace ImmutableAudit.Import;

/// <summary>The command line: an audit trail in JSON lines becomes entries of a log.</summary>
internal static class ImportCommand
{
    /// <summary>Runs the command.</summary>
    /// <returns>0: imported. 1: the input is at fault. 2: it could not be done. 130: stopped by Ctrl+C.</returns>
    public static Task<int> RunAsync(
        string[] args, TextWriter output, TextWriter error, bool showProgress = false, CancellationToken cancellationToken = default)
    {
        var command = new ImportArguments().ToCommand(async (request, stop) =>
        {
            try
            {
                await ImportAsync(request, output, showProgress ? error : null, stop);
                return stop.IsCancellationRequested ? SampleCommand.Interrupted : SampleCommand.Done;
            }
            catch (ImportException e)
            {
                // It may name what the log or the input holds, which anybody may have written.
                await error.WriteLineAsync(SafeText.Of(e.Message));
                return SampleCommand.Failed;
            }
        });
        return SampleCommand.RunAsync(command, args, output, error, cancellationToken);
    }

    private static async Task ImportAsync(ImportRequest request, TextWriter output, TextWriter? terminal, CancellationToken stop)
    {
        // Before the log is made: a mistyped name leaves nothing behind.
        using var lines = LineReader.Open(request.Input);
        await using var log = await request.Log.OpenAsync(stop);
        var from = await new Resumption(log, request.Input).FindAsync(request.Name, stop);
        if (from.Line > 0)
        {
            var name = from.Input == request.Name ? "" : $", as '{from.Input}'";
            await output.WriteLineAsync(SafeText.Of($"'{request.Input}' is in the log through line {from.Line}{name}."));
        }

        var progress = terminal is null ? null : new ProgressLine(terminal, new FileInfo(request.Input).Length);
        var importer = new Importer(log, request.Mapping, request.SkipInvalid) { Progress = progress };
        var result = await importer.RunAsync(lines, from, stop);
        var checkpoint = await log.FlushAsync(CancellationToken.None);
        progress?.Clear();
        await output.WriteLineAsync(
            $"{(stop.IsCancellationRequested ? "Stopped; run it again to go on. " : "")}Added {result.Added} entries, through line {result.LastLine}; skipped {result.Skipped} invalid lines.\n\n"
            + $"The log {log.Origin} in '{request.Log.Directory}' has {checkpoint.Checkpoint.Size} entries. Verify it:\n\n  {request.Log.VerifierCommand()}\n");
        if (result.Fault is not null)
        {
            throw new ImportException(
                $"Line {lines.Number} of '{request.Input}' cannot be imported: {result.Fault} Everything before it is in the log. Mend the line and run it again, or pass such lines by with --skip-invalid.");
        }
    }
}
