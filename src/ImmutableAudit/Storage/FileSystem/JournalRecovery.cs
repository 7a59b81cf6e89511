using ImmutableAudit.Events;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Opens the journal: reads every commit behind the published checkpoint, tells a torn end from damage (LOG.md L2), and
/// writes what it accepts into a fresh segment that is flushed before any of it counts (L3, L4). Until that segment takes
/// its place by one rename, nothing that was there is changed.
/// </summary>
internal sealed class JournalRecovery(JournalDirectory directory, MerkleHash originHash, FileSystemSinkOptions options)
{
    private const string WayOut =
        "Nothing was changed. Restore the file from where it was lost, or go on in a new log that names this one as its predecessor.";

    private byte[] _buffer = new byte[JournalFormat.PageSize];

    /// <summary>Runs it.</summary>
    /// <param name="published">The published size; <see langword="null"/> where there is no checkpoint.</param>
    /// <param name="known">What this process has committed and not published; <see langword="null"/> where it has just opened the log.</param>
    public (Journal Journal, SinkRecovery Recovery) Run(long? published, KnownCommits? known)
    {
        JournalOutline? found = null;
        while (true)
        {
            var segments = directory.OpenAll();
            try
            {
                if (segments.FirstOrDefault(segment => segment.Header.OriginHash != originHash) is { } foreign)
                {
                    throw new AuditLogMismatchException(
                        $"The journal segment '{foreign.Path}' belongs to another log. Give each log a journal directory of its own.");
                }

                if (segments.Count == 0)
                {
                    return Begin(published);
                }

                if (Recover(segments, published, known, ref found) is { } recovered)
                {
                    return recovered;
                }
            }
            finally
            {
                segments.ForEach(segment => segment.Dispose());
            }
        }
    }

    /// <summary>A log that was published has no journal.</summary>
    public static AuditLogCorruptException Gone(string path, long published) => new(
        $"The log has a checkpoint of size {published}, but its journal in '{path}' is gone, and with it what was committed since. {WayOut}");

    private (Journal Journal, SinkRecovery Recovery) Begin(long? published)
    {
        if (published is { } size)
        {
            throw Gone(directory.Path, size);
        }

        var segment = directory.Create(new JournalSegmentHeader(1, LogHead.Empty, 0, 0, originHash), directory.CreateBlank(JournalFormat.FirstSegmentLength));
        return (new Journal(directory, options, segment, []), new SinkRecovery(LogHead.Empty));
    }

    /// <summary>
    /// Checks and rewrites in one pass, with a header for the end that the records' own headers let foresee; <see langword="null"/>
    /// where they misled, and <paramref name="outline"/> now says what is there.
    /// </summary>
    private (Journal Journal, SinkRecovery Recovery)? Recover(
        List<JournalSegment> segments, long? published, KnownCommits? known, ref JournalOutline? outline)
    {
        var from = published ?? 0;

        // A later segment that starts no later replaces those before it: recovery wrote it, and was killed before deleting them.
        var first = segments.FindLastIndex(segment => segment.Header.Start.Size <= from);
        if (first < 0)
        {
            throw new AuditLogCorruptException(
                $"The journal in '{directory.Path}' begins at entry {segments[0].Header.Start.Size}, but the checkpoint is of size {from}: the checkpoint is older than the journal. {WayOut}");
        }

        var chain = segments[first..];
        var last = chain[^1];
        var foreseen = outline ?? JournalOutline.Foresee(chain, from, ref _buffer);
        var torn = last.EndOfBytes(foreseen.Tail) - foreseen.Tail;

        // The log's own entry about dropped bytes is the first commit behind what recovery rewrote; if it did not get there, it is still owed.
        var owed = foreseen.End.Size == last.Header.RewrittenTo ? last.Header.DroppedBytes : 0;
        var header = new JournalSegmentHeader(last.Header.Number + 1, foreseen.Start, foreseen.End.Size, owed + torn, originHash);
        var rewritten = new List<JournalCommit>();
        JournalOutline? found = null;
        var blank = directory.CreateBlank(foreseen.Length + JournalFormat.FirstSegmentLength, foreseen.Length);
        var segment = directory.Create(header, blank, fresh =>
        {
            found = Rewrite(chain, published, known, fresh, rewritten);
            if (found != foreseen)
            {
                return false;
            }

            if (torn > 0)
            {
                directory.KeepAside(last, last.Tail, last.Tail + torn);
            }

            return true;
        });
        outline = found;
        if (segment is null)
        {
            return null;
        }

        foreach (var old in segments)
        {
            directory.Delete(old.Path);
        }

        var journal = new Journal(directory, options, segment, rewritten);
        return (journal, new SinkRecovery(last.End) { DroppedBytes = owed + torn });
    }

    /// <summary>Reads every commit, checks it, and writes those behind the checkpoint into <paramref name="fresh"/>; says what was there.</summary>
    private JournalOutline Rewrite(
        List<JournalSegment> chain, long? published, KnownCommits? known, JournalSegment fresh, List<JournalCommit> rewritten)
    {
        var from = published ?? 0;
        var next = from;
        known?.Skip(from);
        var start = chain[0].Header.Start;
        var time = start.LastTime;
        using var flushing = new FlushBehind(fresh);
        for (var i = 0; i < chain.Count; i++)
        {
            while (chain[i].Next(ref _buffer) is { } header)
            {
                if (header.EndIndex <= from)
                {
                    start = header.End;
                    time = start.LastTime;
                    continue;
                }

                if (published is null)
                {
                    throw new AuditLogCorruptException(
                        $"The journal in '{directory.Path}' holds entries, but the log has no checkpoint, which every log has from its first moment: it was removed. {WayOut}");
                }

                if (header.FirstIndex != next)
                {
                    throw Unannounced(chain[i], header);
                }

                var entries = _buffer.AsSpan(JournalFormat.RecordHeaderSize, header.EntriesLength);
                if (known?.IsNext(header, entries) is false)
                {
                    throw Damaged(chain[i], $"the entries up to {header.EndIndex} are not those that were committed");
                }

                next = header.EndIndex;
                CheckEntries(chain[i], header, entries, ref time);
                var size = JournalFormat.RecordSize(header.EntriesLength);
                var commit = fresh.Seal(_buffer.AsSpan(0, size), header.EntriesLength, header.Count, header.End);
                fresh.Write(commit, _buffer.AsSpan(0, size));
                rewritten.Add(commit);
                flushing.Written(size);
            }

            if (i + 1 < chain.Count && chain[i].End.Size != chain[i + 1].Header.Start.Size)
            {
                throw Damaged(chain[i], $"the next segment begins at entry {chain[i + 1].Header.Start.Size}");
            }
        }

        CheckEnd(chain[^1], from, known);
        flushing.Complete();
        return new JournalOutline(start, chain[^1].Tail, chain[^1].End, fresh.Tail - JournalFormat.PageSize);
    }

    private void CheckEnd(JournalSegment last, long published, KnownCommits? known)
    {
        if (last.End.Size < published)
        {
            throw Damaged(last, $"the published checkpoint is of size {published}");
        }

        if (last.End.Size < known?.Acknowledged)
        {
            throw Damaged(last, $"{known.Acknowledged} entries were acknowledged");
        }

        if (known?.IsEnd(last.End) is false)
        {
            throw Damaged(last, "it ends with another time or privilege head than what was committed");
        }

        if (last.FindWitnessBehindTail(ref _buffer) is { } behind)
        {
            throw Damaged(last, $"another commit, at byte {behind}, was written after what lies there had been flushed");
        }
    }

    /// <summary>
    /// What will be signed must be what verifiers accept: the entries are as many as announced, each has a time, and none runs
    /// backwards. The time that a commit says it ends with is that of its last entry.
    /// </summary>
    private static void CheckEntries(JournalSegment segment, in JournalRecordHeader header, ReadOnlySpan<byte> entries, ref DateTimeOffset last)
    {
        ReadOnlySpan<byte> head = default;
        for (var i = 0; i < header.Count; i++)
        {
            if (!EntryBundle.TryReadEntry(ref entries, out var entry))
            {
                throw Unannounced(segment, header);
            }

            if (!head.IsEmpty && entry.StartsWith(head))
            {
                continue; // As most entries of a commit: stamped together with the one in front.
            }

            if (!EntryTime.TryRead(entry, out var time) || time < last)
            {
                throw Damaged(segment, $"entry {header.FirstIndex + i} behind it has no time, or one before that of the entry in front");
            }

            last = time;
            head = EntryTime.Head(entry);
        }

        if (last != header.End.LastTime)
        {
            throw Damaged(segment, $"the commit at byte {header.Position} does not end with the time that it announces");
        }
    }

    private static AuditLogCorruptException Unannounced(JournalSegment segment, in JournalRecordHeader header) =>
        Damaged(segment, $"the commit at byte {header.Position} does not hold the entries that it announces");

    private static AuditLogCorruptException Damaged(JournalSegment segment, string contradiction) =>
        new($"The journal segment '{segment.Path}' can be read up to byte {segment.Tail} (entry {segment.End.Size}), but {contradiction}. {WayOut}");
}
