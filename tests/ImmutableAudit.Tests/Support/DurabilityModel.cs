using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Tests.Support;

/// <summary>What of a directory would be found after a power failure.</summary>
internal enum PowerLoss
{
    /// <summary>Exactly what was flushed: contents and names.</summary>
    OnlyWhatWasFlushed,

    /// <summary>Every name as it was, but contents only as they were flushed: names outran contents.</summary>
    NamesOutranContents,

    /// <summary>Every directory, every file's length and every page by the toss of a coin: as flushed, or as it was.</summary>
    Random,
}

/// <summary>
/// A strict model of POSIX durability: a file's bytes are safe once it was flushed, a name once its directory was. What a
/// flush that failed should have made safe is read as before, but no later flush makes it safe (LOG.md L4). Follows
/// the operations on the real file system and can lay out what a power failure would have left.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class DurabilityModel
{
    private readonly string _root;

    /// <summary>Contents by path; a directory has <see langword="null"/>.</summary>
    private readonly Dictionary<string, Content?> _now = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Content?> _durable = new(StringComparer.Ordinal);

    /// <summary>Everything that is below the root now counts as durable.</summary>
    public DurabilityModel(string root)
    {
        _root = root;
        foreach (var directory in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories))
        {
            _now[directory] = _durable[directory] = null;
        }

        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            _now[file] = _durable[file] = new Content { Durable = File.ReadAllBytes(file) };
        }
    }

    public Content Opened(string path)
    {
        if (_now.GetValueOrDefault(path) is not { } content)
        {
            _now[path] = content = new Content();
        }

        return content;
    }

    public void Renamed(string from, string to)
    {
        _now[to] = _now[from];
        _now.Remove(from);
    }

    public void Deleted(string path)
    {
        foreach (var gone in _now.Keys.Where(key => key == path || key.StartsWith(path + Path.DirectorySeparatorChar, StringComparison.Ordinal)).ToList())
        {
            _now.Remove(gone);
        }
    }

    public void CreatedDirectory(string path)
    {
        for (var at = path; at.Length > _root.Length; at = Path.GetDirectoryName(at)!)
        {
            _now.TryAdd(at, null);
        }
    }

    public void FlushedDirectory(string path)
    {
        foreach (var gone in _durable.Keys.Where(key => Path.GetDirectoryName(key) == path).ToList())
        {
            _durable.Remove(gone);
        }

        foreach (var (key, content) in _now.Where(entry => Path.GetDirectoryName(entry.Key) == path))
        {
            _durable[key] = content;
        }
    }

    /// <summary>Lays out below <paramref name="target"/> what would be left of the root.</summary>
    public void LayOut(string target, PowerLoss loss, int seed)
    {
        var random = Seeded.Random(seed);
        LayOut(_root, target, loss, random);
    }

    private void LayOut(string directory, string target, PowerLoss loss, Random random)
    {
        Directory.CreateDirectory(target);
        bool AsItWas(bool name) => loss switch
        {
            PowerLoss.OnlyWhatWasFlushed => false,
            PowerLoss.NamesOutranContents => name,
            _ => random.Next(2) == 0,
        };

        var names = AsItWas(name: true) ? _now : _durable;
        foreach (var (path, content) in names.Where(entry => Path.GetDirectoryName(entry.Key) == directory).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var place = Path.Combine(target, Path.GetFileName(path));
            if (content is null)
            {
                LayOut(path, place, loss, random);
            }
            else
            {
                var current = _now.FirstOrDefault(entry => ReferenceEquals(entry.Value, content)).Key;
                File.WriteAllBytes(place, loss == PowerLoss.Random && current is not null ? content.Mixed(File.ReadAllBytes(current), random) : content.Durable);
            }
        }
    }

    /// <summary>A file's bytes, whatever its name.</summary>
    internal sealed class Content
    {
        private const int PageSize = 4096;

        /// <summary>Pages that the next flush has to make safe.</summary>
        private readonly HashSet<long> _dirty = [];

        /// <summary>The bytes that were flushed.</summary>
        public byte[] Durable { get; set; } = [];

        public void Written(long position, int length)
        {
            for (var page = position / PageSize; page * PageSize < position + length; page++)
            {
                _dirty.Add(page);
            }
        }

        public void Flushed(IStorageFile file)
        {
            var durable = Durable;
            Array.Resize(ref durable, (int)file.Length);
            Durable = durable;
            foreach (var page in _dirty.Where(page => page * PageSize < durable.Length))
            {
                var at = (int)(page * PageSize);
                file.Read(durable.AsSpan(at, Math.Min(PageSize, durable.Length - at)), at);
            }

            _dirty.Clear();
        }

        public void FlushFailed() => _dirty.Clear();

        /// <summary>Some pages as flushed, the others as they are.</summary>
        public byte[] Mixed(byte[] bytes, Random random)
        {
            var mixed = new byte[random.Next(2) == 0 ? Durable.Length : bytes.Length];
            for (var at = 0; at < mixed.Length; at += PageSize)
            {
                var source = random.Next(2) == 0 ? Durable : bytes;
                source.AsSpan(Math.Min(at, source.Length), Math.Clamp(source.Length - at, 0, Math.Min(PageSize, mixed.Length - at))).CopyTo(mixed.AsSpan(at));
            }

            return mixed;
        }
    }
}
