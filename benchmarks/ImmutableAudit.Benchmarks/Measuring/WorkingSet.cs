using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace ImmutableAudit.Benchmarks.Measuring;

/// <summary>The process's working set; on Linux asked for without allocating anything, since allocations are counted meanwhile.</summary>
internal sealed class WorkingSet : IDisposable
{
    private readonly SafeFileHandle? _statm = OperatingSystem.IsLinux() ? File.OpenHandle("/proc/self/statm") : null;
    private readonly byte[] _text = new byte[128];

    /// <summary>In bytes. Not thread-safe.</summary>
    public long Read()
    {
        if (_statm is null)
        {
            return Environment.WorkingSet;
        }

        // Pages: the whole address space, then what is resident.
        var text = _text.AsSpan(0, RandomAccess.Read(_statm, _text, 0));
        return Utf8Parser.TryParse(text[(text.IndexOf((byte)' ') + 1)..], out long pages, out _) ? pages * Environment.SystemPageSize : 0;
    }

    public void Dispose() => _statm?.Dispose();
}
