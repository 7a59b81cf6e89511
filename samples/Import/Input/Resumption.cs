namespace ImmutableAudit.Import.Input;

/// <summary>
/// Finds how much of an input is in the log already. The log alone is asked: what it acknowledged is there, whatever
/// happened to the run that imported it.
/// </summary>
internal sealed class Resumption(IAuditLogReader log, string path)
{
    private const int Step = 256;
    private const string WayOut = "Nothing was added. Import another input under a name of its own, with --name.";

    /// <summary>Where to go on: the last position whose lines the input still begins with; line 0 for an input that is new.</summary>
    /// <param name="name">What the input is called. An input imported under another name is recognised by its content.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ImportException">An input of this name was imported, and was another one or has changed since.</exception>
    public async Task<InputPosition> FindAsync(string name, CancellationToken cancellationToken)
    {
        var known = await LastOfEachAsync(name, cancellationToken);
        var positions = known.TryGetValue(name, out var same) ? [same] : known.Values.OrderBy(position => position.Line).ToList();
        if (positions.Count == 0)
        {
            return new InputPosition(name, 0, "");
        }

        InputPosition? found = null;
        using var lines = LineReader.Open(path);
        foreach (var position in positions)
        {
            while (lines.Number < position.Line && lines.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            found = lines.Number == position.Line && lines.Digest() == position.Sha256 ? position : found;
        }

        return found ?? (same is null ? new InputPosition(name, 0, "") : throw await ChangedAsync(same, cancellationToken));
    }

    /// <summary>
    /// The last position of each input, from the log's end backwards and only as far as that of the input itself: usually a
    /// few entries. An input that is not in the log is looked for in all of it.
    /// </summary>
    private async Task<Dictionary<string, InputPosition>> LastOfEachAsync(string name, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, InputPosition>(StringComparer.Ordinal);
        for (var end = log.Size; end > 0 && !known.ContainsKey(name);)
        {
            var start = (end - 1) / Step * Step;
            var entries = await log.ReadAsync(start, end, cancellationToken).ToListAsync(cancellationToken);
            foreach (var position in entries.AsEnumerable().Reverse().Select(InputPosition.Of).OfType<InputPosition>())
            {
                known.TryAdd(position.Input, position);
            }

            end = start;
        }

        return known;
    }

    /// <summary>Finds the line that is not what it was, to name it.</summary>
    private async Task<ImportException> ChangedAsync(InputPosition last, CancellationToken cancellationToken)
    {
        using var lines = LineReader.Open(path);
        long agreed = 0;
        await foreach (var entry in log.ReadAsync(cancellationToken: cancellationToken))
        {
            if (InputPosition.Of(entry) is not { } position || position.Input != last.Input || position.Line <= agreed)
            {
                continue;
            }

            while (lines.Number < position.Line && lines.Read())
            {
                // Its digest is what counts.
            }

            if (lines.Number < position.Line)
            {
                return new ImportException(
                    $"'{path}' has {lines.Number} lines, but {last.Line} of '{last.Input}' were imported: it was cut off, or is another input. {WayOut}");
            }

            if (lines.Digest() != position.Sha256)
            {
                var where = position.Line == agreed + 1 ? $"Line {position.Line}" : $"One of the lines {agreed + 1} to {position.Line}";
                return new ImportException(
                    $"{where} of '{path}' is not what was imported as line {position.Line} of '{last.Input}' (entry {entry.Index}): it was changed, or this is another input. {WayOut}");
            }

            agreed = position.Line;
        }

        return new ImportException($"'{path}' is not what was imported as '{last.Input}'. {WayOut}");
    }
}
