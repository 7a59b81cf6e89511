using ImmutableAudit.Import.Input;

namespace ImmutableAudit.Import;

/// <summary>One line on the terminal, written over a few times a second.</summary>
internal sealed class ProgressLine(TextWriter terminal, long length)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private long? _shown;

    public void Show(LineReader lines)
    {
        if (_shown is { } shown && TimeProvider.System.GetElapsedTime(shown) < Interval)
        {
            return;
        }

        _shown = TimeProvider.System.GetTimestamp();
        var percent = 100 * lines.Position / Math.Max(length, lines.Position);
        terminal.Write($"\r{lines.Number} lines, {percent} % ");
    }

    public void Clear()
    {
        if (_shown is not null)
        {
            terminal.Write("\r\e[K");
        }
    }
}
