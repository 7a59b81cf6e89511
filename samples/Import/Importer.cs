using ImmutableAudit.Import.Input;
using ImmutableAudit.Import.Mapping;

namespace ImmutableAudit.Import;

/// <summary>How an import ended.</summary>
/// <param name="Added">Entries added.</param>
/// <param name="Skipped">Invalid lines passed by.</param>
/// <param name="LastLine">Number of the last line that was dealt with.</param>
/// <param name="Fault">Why it stopped at the line after that; <see langword="null"/> where it did not.</param>
internal sealed record ImportResult(long Added, long Skipped, long LastLine, string? Fault);

/// <summary>Turns lines into entries, some hundred to a commit: each commit is in the log whole or not at all (LOG.md L7).</summary>
internal sealed class Importer(IAuditLog log, EventMapping mapping, bool skipInvalid)
{
    private const int BatchEntries = 512;
    private const int BatchBytes = IAuditLog.MaxBatchBytes / 2;

    private readonly List<EncodedEvent> _batch = [];
    private int _batchBytes;
    private long _added;
    private long _skipped;

    /// <summary>Shown after every commit.</summary>
    public ProgressLine? Progress { get; init; }

    /// <summary>Imports what follows a position. When cancelled, it ends after the commit at hand.</summary>
    public async Task<ImportResult> RunAsync(LineReader lines, InputPosition from, CancellationToken cancellationToken)
    {
        string? fault = null;
        var last = from.Line;
        while (fault is null && !cancellationToken.IsCancellationRequested && lines.Read())
        {
            if (lines.Number <= from.Line)
            {
                continue;
            }

            fault = TryTake(lines, from.Input);
            if (fault is not null && skipInvalid)
            {
                _skipped++;
                fault = null;
            }

            last = fault is null ? lines.Number : last;
            if (_batch.Count == BatchEntries || _batchBytes > BatchBytes)
            {
                await CommitAsync();
                Progress?.Show(lines);
            }
        }

        await CommitAsync();
        return new ImportResult(_added, _skipped, last, fault);
    }

    /// <summary>Puts a line into the batch; says why not where it cannot be.</summary>
    private string? TryTake(LineReader lines, string input)
    {
        if (lines.IsTooLong)
        {
            return $"it is longer than {LineReader.MaxLength} bytes.";
        }

        if (Record.IsBlank(lines.Line.Span))
        {
            return null;
        }

        try
        {
            var auditEvent = Record.ToEvent(lines.Line, new InputPosition(input, lines.Number, lines.Digest()), mapping);

            // Whether it can be an entry is found out here, and not for the batch as a whole.
            var encoded = EncodedEvent.Create(auditEvent);
            _batchBytes += encoded.Length;
            _batch.Add(encoded);
            return null;
        }
        catch (AuditEventException e)
        {
            return e.Message;
        }
    }

    /// <summary>A commit is short: it is not cancelled, so that its outcome is known.</summary>
    private async Task CommitAsync()
    {
        if (_batch.Count > 0)
        {
            await log.AppendAsync(_batch, CancellationToken.None);
            _added += _batch.Count;
            _batch.Clear();
            _batchBytes = 0;
        }
    }
}
