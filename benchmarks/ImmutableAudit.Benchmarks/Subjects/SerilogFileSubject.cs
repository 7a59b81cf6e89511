using System.Globalization;
using System.Text;
using ImmutableAudit.Benchmarks.Measuring;
using Serilog;
using Serilog.Core;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>What people use today: a log file, buffered.</summary>
internal sealed class SerilogFileSubject : ISubject
{
    public string Name => "serilog-file";

    public string NotDone => "Not durable: what is buffered is lost with the process, what is written with the machine. Not tamper-evident: anybody can edit the file.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        var file = Path.Combine(workload.Directory, "audit.log");
        var text = Encoding.UTF8.GetString(BenchmarkEntry.Bytes);
        Sample sample;
        var lines = 0L;
        await using (var logger = new LoggerConfiguration().WriteTo
            .File(file, outputTemplate: "{Message:lj}\n", formatProvider: CultureInfo.InvariantCulture, buffered: true, fileSizeLimitBytes: null)
            .CreateLogger())
        {
            sample = await TurnLoop.RunAsync(workload, 1, () => Write(logger, text, ref lines));
        }

        return sample with { BytesPerEntry = (double)DiskUse.Of(workload.Directory) / lines };
    }

    private static void Write(Logger logger, string text, ref long lines)
    {
        logger.Information("{Entry}", text);
        lines++;
    }
}
