using System.Text;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.InMemory;
using ImmutableAudit.Testing;
using ImmutableAudit.Testing.Xunit;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Conformance;

/// <summary>The sink that loses everything with the process.</summary>
public sealed class InMemorySinkConformance : SinkConformanceTests
{
    protected override SinkHarness CreateHarness() => new InMemoryHarness();
}

/// <summary>The file sink on the real file system; a crash leaves the directory as it is.</summary>
public sealed class FileSystemSinkConformance : SinkConformanceTests
{
    protected override SinkHarness CreateHarness() => new DirectoryHarness();
}

/// <summary>The file sink whose commits are buffered; a crash leaves the directory as it is.</summary>
public sealed class BufferedFileSystemSinkConformance : SinkConformanceTests
{
    protected override SinkHarness CreateHarness() => new DirectoryHarness(CommitDurability.Buffered);
}

/// <summary>The file sink where a crash leaves nothing but what was flushed, and the disk can fail.</summary>
public sealed class FileSystemSinkPowerConformance : SinkConformanceTests
{
    protected override SinkHarness CreateHarness() => new PowerHarness();
}

internal sealed class InMemoryHarness : SinkHarness
{
    private readonly InMemoryStore _store = new();

    public override IAuditSink CreateSink() => new InMemorySink(_store);
}

/// <summary>A killed process's directory is what it was at that moment: a copy, so that the killed one's later doings do not reach it.</summary>
internal sealed class DirectoryHarness(CommitDurability durability = default) : SinkHarness
{
    private const long Journal = 24 * 1024 * 1024;

    private readonly string _root = Directory.CreateTempSubdirectory("immutableaudit-").FullName;
    private int _crashes;

    public override bool CanCrash => true;

    public override bool CanCorrupt => true;

    public override long? Capacity => Journal;

    private string Log => Path.Combine(_root, $"{_crashes}");

    public override IAuditSink CreateSink() => new FileSystemSink(Log, new FileSystemSinkOptions { JournalCapacity = Journal, Durability = durability });

    public override ValueTask CrashAsync(IAuditSink sink)
    {
        var (from, to) = (Log, Path.Combine(_root, $"{++_crashes}"));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            Copy(file, copy);
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask CorruptAsync(long index)
    {
        Corruption.Of(Path.Combine(Log, "journal"), index);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return base.DisposeAsync();
    }

    /// <summary>The lock is held, and what is on its way to a name of its own may have got it.</summary>
    private static void Copy(string file, string copy)
    {
        if (Path.GetFileName(file) is "lock" or "next.tmp")
        {
            return;
        }

        using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var to = File.Create(copy);
        from.CopyTo(to);
    }
}

/// <summary>The power fails: what was not flushed is lost, contents and names.</summary>
internal sealed class PowerHarness : SinkHarness
{
    private readonly string _root = Directory.CreateTempSubdirectory("immutableaudit-").FullName;
    private DurabilityModel _model;
    private FaultyFiles _files;
    private int _crashes;

    public PowerHarness() => (_model, _files) = Begin();

    public override bool CanCrash => true;

    public override bool CanBreak => true;

    public override bool CanCorrupt => true;

    private string Root => Path.Combine(_root, $"{_crashes}");

    private string Log => Path.Combine(Root, "log");

    public override IAuditSink CreateSink() => new FileSystemSink(Log, null, _files);

    public override ValueTask CrashAsync(IAuditSink sink)
    {
        _files.Kill();
        var model = _model;
        _crashes++;
        model.LayOut(Root, PowerLoss.OnlyWhatWasFlushed, 0);
        (_model, _files) = Begin();
        return ValueTask.CompletedTask;
    }

    public override ValueTask BreakAsync()
    {
        _files.Before = what => throw new IOException($"The disk does not answer: {what}");
        return ValueTask.CompletedTask;
    }

    public override ValueTask MendAsync()
    {
        _files.Before = null;
        return ValueTask.CompletedTask;
    }

    public override ValueTask CorruptAsync(long index)
    {
        Corruption.Of(Path.Combine(Log, "journal"), index);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return base.DisposeAsync();
    }

    private (DurabilityModel, FaultyFiles) Begin()
    {
        var model = new DurabilityModel(Directory.CreateDirectory(Root).FullName);
        return (model, new FaultyFiles(model));
    }
}

internal static class Corruption
{
    /// <summary>Changes the entry where it lies in a journal.</summary>
    public static void Of(string journal, long index)
    {
        var entry = Encoding.ASCII.GetBytes($"\"number.{index}\"");
        foreach (var path in Directory.EnumerateFiles(journal, "*.journal"))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            if (bytes.AsSpan().LastIndexOf(entry) is var at and >= 0)
            {
                file.Position = at + 1;
                file.WriteByte((byte)'N');
                return;
            }
        }

        throw new InvalidOperationException($"Entry {index} is not in the journal.");
    }
}
