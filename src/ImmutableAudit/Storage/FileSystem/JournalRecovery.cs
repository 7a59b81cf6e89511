using ImmutableAudit.Events;
using ImmutableAudit.Merkle;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Opens the journal: reads every commit behind the published checkpoint, tells a torn end from damage (LOG.md L2), and
/// writes what it accepts into a fresh segment that is flushed before any of it counts (L3, L4). Until that segment takes
/// its place by one rename, nothing that was there is changed.
/// </summary>
internal sealed class JournalRecovery(JournalDirectory directory, MerkleHash originHash, long capacity)
{
    private const string WayOut =
        "Nothing was changed. Restore the file from where it was lost, or go on in a new log that names this one as its predecessor.";

    private byte[] _buffer = new byte[JournalFormat.PageSize];
    private byte[] _copy = [];

    public (Journal Journal, SinkRecovery Recovery) Run(CompactRange? published, CompactRange? acknowledged)
    {
        var segments = directory.OpenAll();
        try
        {
            if (segments.FirstOrDefault(segment => segment.Header.OriginHash != originHash) is { } foreign)
            {
                throw new AuditLogMismatchException(
                    $"The journal segment '{foreign.Path}' belongs to another log. Give each log a journal directory of its own.");
            }

            return segments.Count == 0 ? Begin(published) : Recover(segments, published, acknowledged);
        }
        finally
        {
            segments.ForEach(segment => segment.Dispose());
        }
    }

    private (Journal Journal, SinkRecovery Recovery) Begin(CompactRange? published)
    {
        if (published is not null)
        {
            throw new AuditLogCorruptException(
                $"The log has a checkpoint of size {published.Size}, but its journal in '{directory.Path}' is gone, and with it what was committed since. {WayOut}");
        }

        var segment = directory.Create(new JournalSegmentHeader(1, LogHead.Empty, 0, 0, originHash), directory.CreateBlank(JournalFormat.FirstSegmentLength));
        return (new Journal(directory, capacity, segment, []), new SinkRecovery(LogHead.Empty, new CompactRange()));
    }

    private (Journal Journal, SinkRecovery Recovery) Recover(
        List<JournalSegment> segments, CompactRange? published, CompactRange? acknowledged)
    {
        var from = published?.Size ?? 0;

        // A later segment that starts no later replaces those before it: recovery wrote it, and was killed before deleting them.
        var first = segments.FindLastIndex(segment => segment.Header.Start.Size <= from);
        if (first < 0)
        {
            throw new AuditLogCorruptException(
                $"The journal in '{directory.Path}' begins at entry {segments[0].Header.Start.Size}, but the checkpoint is of size {from}: the checkpoint is older than the journal. {WayOut}");
        }

        var chain = segments[first..];
        var start = chain[0].Header.Start;
        var time = start.LastTime;
        var range = published?.Clone() ?? new CompactRange();
        var commits = new List<JournalCommit>();
        for (var i = 0; i < chain.Count; i++)
        {
            while (chain[i].Next(ref _buffer) is { } commit)
            {
                if (commit.EndIndex <= from)
                {
                    start = commit.Header.End;
                    time = start.LastTime;
                    continue;
                }

                if (published is null)
                {
                    throw new AuditLogCorruptException(
                        $"The journal in '{directory.Path}' holds entries, but the log has no checkpoint, which every log has from its first moment: it was removed. {WayOut}");
                }

                Hash(commit, range, acknowledged);
                CheckTimes(commit, ref time);
                commits.Add(commit);
            }

            if (i + 1 < chain.Count && chain[i].End.Size != chain[i + 1].Header.Start.Size)
            {
                throw Damaged(chain[i], $"the next segment begins at entry {chain[i + 1].Header.Start.Size}");
            }
        }

        var last = chain[^1];
        if (last.End.Size < from)
        {
            throw Damaged(last, $"the published checkpoint is of size {from}");
        }

        if (acknowledged is not null && last.End.Size < acknowledged.Size)
        {
            throw Damaged(last, $"{acknowledged.Size} entries were acknowledged");
        }

        if (last.FindIntactBehindTail(ref _buffer) is { } behind)
        {
            throw Damaged(last, $"another commit is intact at byte {behind}");
        }

        return Rewrite(segments, last, start, commits, range);
    }

    private (Journal Journal, SinkRecovery Recovery) Rewrite(
        List<JournalSegment> segments, JournalSegment last, LogHead start, List<JournalCommit> commits, CompactRange range)
    {
        var torn = last.EndOfBytes() - last.Tail;
        if (torn > 0)
        {
            directory.KeepAside(last, last.Tail, last.Tail + torn);
        }

        // The log's own entry about dropped bytes is the first commit behind what recovery rewrote; if it did not get there, it is still owed.
        var owed = last.End.Size == last.Header.RewrittenTo ? last.Header.DroppedBytes : 0;
        var header = new JournalSegmentHeader(last.Header.Number + 1, start, last.End.Size, owed + torn, originHash);
        var rewritten = new List<JournalCommit>(commits.Count);
        var records = commits.Sum(commit => (long)JournalFormat.RecordSize(commit.Header.EntriesLength));
        var segment = directory.Create(header, directory.CreateBlank(records + JournalFormat.FirstSegmentLength, records), fresh =>
        {
            foreach (var commit in commits)
            {
                rewritten.Add(Copy(commit, fresh));
            }
        });

        foreach (var old in segments)
        {
            directory.Delete(old.Path);
        }

        var journal = new Journal(directory, capacity, segment, rewritten);
        return (journal, new SinkRecovery(last.End, range) { DroppedBytes = owed + torn });
    }

    private JournalCommit Copy(JournalCommit commit, JournalSegment to)
    {
        var size = JournalFormat.RecordSize(commit.Header.EntriesLength);
        if (_copy.Length < size)
        {
            _copy = new byte[size];
        }

        var record = _copy.AsSpan(0, size);
        commit.ReadEntries(record.Slice(JournalFormat.RecordHeaderSize, commit.Header.EntriesLength));
        return to.Append(record, commit.Header.EntriesLength, commit.Header.Count, commit.Header.End);
    }

    private void Hash(JournalCommit commit, CompactRange range, CompactRange? acknowledged)
    {
        ReadOnlySpan<byte> rest = _buffer.AsSpan(JournalFormat.RecordHeaderSize, commit.Header.EntriesLength);
        Span<MerkleHash> room = stackalloc MerkleHash[TileCoordinate.FullWidth];
        for (var left = commit.Header.Count; left > 0;)
        {
            // The range has to stand once at what was acknowledged.
            var until = acknowledged?.Size > range.Size ? Math.Min(left, acknowledged.Size - range.Size) : left;
            var leaves = room[..(int)Math.Min(room.Length, until)];
            if (range.Size != commit.FirstIndex + commit.Header.Count - left || EntryBundle.HashEntries(ref rest, leaves, BatchHasher.Fastest) < leaves.Length)
            {
                throw Damaged(commit.Segment, $"the commit at byte {commit.Header.Position} does not hold the entries that it announces");
            }

            range.Append(leaves);
            left -= leaves.Length;
            if (range.Size == acknowledged?.Size && range.Root() != acknowledged.Root())
            {
                throw Damaged(commit.Segment, $"its entries are not the {range.Size} that were acknowledged");
            }
        }
    }

    /// <summary>
    /// What will be signed must be what verifiers accept: each entry has a time, and none runs backwards. The time that a commit
    /// says it ends with is that of its last entry.
    /// </summary>
    private void CheckTimes(JournalCommit commit, ref DateTimeOffset last)
    {
        ReadOnlySpan<byte> rest = _buffer.AsSpan(JournalFormat.RecordHeaderSize, commit.Header.EntriesLength);
        ReadOnlySpan<byte> head = default;
        for (var i = 0; i < commit.Header.Count && EntryBundle.TryReadEntry(ref rest, out var entry); i++)
        {
            if (!head.IsEmpty && entry.StartsWith(head))
            {
                continue; // As most entries of a commit: stamped together with the one in front.
            }

            if (!EntryTime.TryRead(entry, out var time) || time < last)
            {
                throw Damaged(commit.Segment, $"entry {commit.FirstIndex + i} behind it has no time, or one before that of the entry in front");
            }

            last = time;
            head = EntryTime.Head(entry);
        }

        if (last != commit.Header.End.LastTime)
        {
            throw Damaged(commit.Segment, $"the commit at byte {commit.Header.Position} does not end with the time that it announces");
        }
    }

    private static AuditLogCorruptException Damaged(JournalSegment segment, string contradiction) =>
        new($"The journal segment '{segment.Path}' can be read up to byte {segment.Tail} (entry {segment.End.Size}), but {contradiction}. {WayOut}");
}
