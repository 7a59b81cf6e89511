using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Tests.Support;

/// <summary>How an operation goes wrong.</summary>
internal enum Fault
{
    /// <summary>It fails and has done nothing.</summary>
    Failed,

    /// <summary>The same, as where a permission was lost: <see cref="UnauthorizedAccessException"/>.</summary>
    Denied,

    /// <summary>It is reported as failed, and yet was done.</summary>
    FailedButDone,

    /// <summary>A write fails half-way. Other operations fail.</summary>
    HalfDone,

    /// <summary>The process dies before it: no operation from here on is done.</summary>
    Died,

    /// <summary>The process dies in the middle of a write.</summary>
    DiedHalfDone,
}

/// <summary>
/// The real file system, except that the n-th operation goes wrong; and a <see cref="DurabilityModel"/> of what would be left
/// if the power failed. Nothing is really flushed.
/// </summary>
internal sealed class FaultyFiles(DurabilityModel? model = null) : IFileOperations
{
    private readonly FileOperations _real = FileOperations.Instance;
    private readonly Lock _gate = new();
    private readonly List<string> _operations = [];
    private readonly List<CountedFile> _open = [];
    private int _failAt = -1;
    private Func<string, bool>? _failOn;
    private Fault _fault;
    private bool _dead;

    /// <summary>What was done so far, one line for each operation.</summary>
    public IReadOnlyList<string> Operations
    {
        get
        {
            lock (_gate)
            {
                return [.. _operations];
            }
        }
    }

    /// <summary>Number of the operation that went wrong, counted from 0; <see langword="null"/> where none has.</summary>
    public int? FailedAt { get; private set; }

    /// <summary>Whether an operation was the process's last.</summary>
    public bool IsDead
    {
        get
        {
            lock (_gate)
            {
                return _dead;
            }
        }
    }

    /// <summary>Bytes read through it.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Runs before each operation, outside any lock; may block or throw.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>Runs before bytes are let go from memory; may block.</summary>
    public Action? Evicting { get; set; }

    /// <summary>Says which files cannot grow now, as on a full disk; space that they have already can be written to.</summary>
    public Func<string, bool>? IsFullFor { get; set; }

    /// <summary>Lets the operation with this number, counted from 0, go wrong.</summary>
    public void Arm(int operation, Fault fault) => (_failAt, _fault) = (operation, fault);

    /// <summary>Lets the next operation that is described like this go wrong.</summary>
    public void ArmNext(Func<string, bool> operation, Fault fault) => (_failOn, _fault) = (operation, fault);

    /// <summary>The process dies now: no operation from here on is done, and none is under way.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            _dead = true;
        }
    }

    public IStorageFile Open(string path, FileMode mode, FileAccess access, long space = 0) => Do<IStorageFile>($"open {mode} {access} {path}", () =>
    {
        if (space > 0)
        {
            ThrowIfFull(path);
        }

        var file = new CountedFile(this, _real.Open(path, mode, access, space), path, model?.Opened(path));
        _open.Add(file);
        return file;
    });

    public void Rename(string from, string to) => Do($"rename {to}", () =>
    {
        _real.Rename(from, to);
        model?.Renamed(from, to);
        foreach (var file in _open.Where(file => file.Path == from))
        {
            file.Path = to;
        }
    });

    public void Delete(string path) => Do($"delete {path}", () =>
    {
        _real.Delete(path);
        model?.Deleted(path);
    });

    public void DeleteDirectory(string path) => Do($"delete directory {path}", () =>
    {
        _real.DeleteDirectory(path);
        model?.Deleted(path);
    });

    public void CreateDirectory(string path) => Do($"create directory {path}", () =>
    {
        _real.CreateDirectory(path);
        model?.CreatedDirectory(path);
    });

    public void FlushDirectory(string path) => Do($"flush directory {path}", () => model?.FlushedDirectory(path));

    public void Seal(string path) => Do($"seal {path}", () => _real.Seal(path));

    public void Unseal(string path) => Do($"unseal {path}", () => _real.Unseal(path));

    public bool FileExists(string path) => _real.FileExists(path);

    public bool DirectoryExists(string path) => _real.DirectoryExists(path);

    public IEnumerable<string> EnumerateFiles(string directory, string pattern) =>
        Do($"list {directory}", () => _real.EnumerateFiles(directory, pattern).ToList());

    private void ThrowIfFull(string path)
    {
        if (IsFullFor?.Invoke(path) == true)
        {
            throw new IOException($"No space left on device : '{path}'");
        }
    }

    private void Do(string what, Action action, Action? failed = null) => Do(what, 0, _ =>
    {
        action();
        return 0;
    }, failed: _ => failed?.Invoke());

    private T Do<T>(string what, Func<T> action) => Do(what, 0, _ => action());

    /// <summary>Does it, or lets it go wrong: then half of it, or what comes of its failing, is done where that is given.</summary>
    private TResult Do<T, TResult>(string what, T argument, Func<T, TResult> action, Action<T>? failed = null, Action<T>? half = null)
        where T : allows ref struct
    {
        Before?.Invoke(what);
        lock (_gate)
        {
            if (_dead)
            {
                throw new IOException($"The process is dead: {what}");
            }

            var number = _operations.Count;
            _operations.Add(what);
            if (number != _failAt && _failOn?.Invoke(what) != true)
            {
                return action(argument);
            }

            _failOn = null;
            FailedAt = number;
            _dead = _fault is Fault.Died or Fault.DiedHalfDone;
            if (_fault == Fault.FailedButDone)
            {
                (action(argument) as IDisposable)?.Dispose();
            }
            else if (_fault is Fault.HalfDone or Fault.DiedHalfDone)
            {
                half?.Invoke(argument);
            }
            else if (_fault is Fault.Failed or Fault.Denied)
            {
                failed?.Invoke(argument);
            }

            var message = $"Injected fault ({_fault}) at operation {number}: {what}";
            throw _fault == Fault.Denied ? new UnauthorizedAccessException(message) : new IOException(message);
        }
    }

    private sealed class CountedFile(FaultyFiles files, IStorageFile real, string path, DurabilityModel.Content? content) : IStorageFile
    {
        /// <summary>Its present name.</summary>
        public string Path { get; set; } = path;

        public long Length => real.Length;

        public int Read(Span<byte> buffer, long position)
        {
            var read = files.Do($"read {Path}", buffer, bytes => real.Read(bytes, position));
            files.BytesRead += read;
            return read;
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            if (position + bytes.Length > real.Length)
            {
                files.ThrowIfFull(Path);
            }

            files.Do($"write {Path}", bytes, Write, half: written => Write(written[..(written.Length / 2)]));

            int Write(ReadOnlySpan<byte> written)
            {
                real.Write(written, position);
                content?.Written(position, written.Length);
                return written.Length;
            }
        }

        public void SetLength(long length) => files.Do($"set length {Path}", () => real.SetLength(length));

        public void Flush() => files.Do($"flush {Path}", () => content?.Flushed(real), failed: () => content?.FlushFailed());

        public void Evict(long position, long length)
        {
            files.Evicting?.Invoke();
            real.Evict(position, length);
        }

        public void Dispose()
        {
            real.Dispose();
            lock (files._gate)
            {
                files._open.Remove(this);
            }
        }
    }
}
