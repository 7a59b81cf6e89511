using System.Buffers;
using System.Globalization;
using ImmutableAudit.Samples;

namespace ImmutableAudit.Import.Mapping;

/// <summary>Reads a <see cref="ValueExpression"/>.</summary>
internal sealed class ValueExpressionParser
{
    private static readonly SearchValues<char> EndOfName = SearchValues.Create(".[]+|\"' \t");

    private readonly string _text;
    private int _position;

    private ValueExpressionParser(string text) => _text = text;

    /// <summary>Reads all of a text as one expression.</summary>
    /// <exception cref="UsageException">It is malformed; the message says where.</exception>
    public static ValueExpression Parse(string text) => new ValueExpressionParser(text).ReadExpression();

    private ValueExpression ReadExpression()
    {
        List<List<ValuePart>> alternatives = [[ReadPart()]];
        while (Peek() is { } separator)
        {
            _position++;
            switch (separator)
            {
                case '+':
                    alternatives[^1].Add(ReadPart());
                    break;
                case '|':
                    alternatives.Add([ReadPart()]);
                    break;
                default:
                    _position--;
                    throw Fault("'+', '|' or the end");
            }
        }

        return new ValueExpression(alternatives);
    }

    private ValuePart ReadPart() => Peek() switch
    {
        '$' => ReadPath(),
        '"' or '\'' => new LiteralPart(ReadQuoted()),
        _ => throw Fault("a path that begins with '$', or text in quotes"),
    };

    private PathPart ReadPath()
    {
        var steps = new List<PathStep>();
        for (_position++; _position < _text.Length && _text[_position] is '.' or '[';)
        {
            steps.Add(_text[_position++] == '.' ? new PathStep(ReadName(), 0) : ReadBracket());
        }

        return steps.Count > 0 ? new PathPart(steps) : throw Fault("'.' and a name, or '['");
    }

    private PathStep ReadBracket()
    {
        PathStep step;
        if (Peek() is '"' or '\'')
        {
            step = new PathStep(ReadQuoted(), 0);
        }
        else if (int.TryParse(ReadName(), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            step = new PathStep(null, index);
        }
        else
        {
            throw Fault("an index, or a name in quotes, in front of here");
        }

        if (Peek() != ']')
        {
            throw Fault("']'");
        }

        _position++;
        return step;
    }

    private string ReadName()
    {
        var length = _text.AsSpan(_position).IndexOfAny(EndOfName);
        var name = length < 0 ? _text[_position..] : _text.Substring(_position, length);
        if (name.Length == 0)
        {
            throw Fault("a name or an index");
        }

        _position += name.Length;
        return name;
    }

    private string ReadQuoted()
    {
        var start = _position + 1;
        var end = _text.IndexOf(_text[_position], start);
        if (end < 0)
        {
            throw Fault("a second quote");
        }

        _position = end + 1;
        return _text[start..end];
    }

    /// <summary>The next character that is no white space.</summary>
    private char? Peek()
    {
        while (_position < _text.Length && _text[_position] is ' ' or '\t')
        {
            _position++;
        }

        return _position < _text.Length ? _text[_position] : null;
    }

    private UsageException Fault(string expected) =>
        new($"'{_text}' is malformed at character {_position + 1}: expected {expected}. It is like $.a.b[0], $.a + \":\" + $.b or $.a | $.b.");
}
