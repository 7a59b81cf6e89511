using System.Text;

namespace ImmutableAudit.Generators;

/// <summary>Lines with indentation. Line ends are those of the repository whatever the platform.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public void Line() => _text.Append('\n');

    public void Line(string line) => _text.Append(' ', 4 * _depth).Append(line).Append('\n');

    public void Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Line(line);
        }
    }

    /// <summary>A line that belongs to the one before.</summary>
    public void Continuation(string line) => _text.Append(' ', 4 * (_depth + 1)).Append(line).Append('\n');

    public void Open() => Open("{");

    public void OpenList() => Open("[");

    public void Close(string end = "}")
    {
        _depth--;
        Line(end);
    }

    private void Open(string start)
    {
        Line(start);
        _depth++;
    }

    public override string ToString() => _text.ToString();
}
