using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ImmutableAudit.Verifier.Output;

/// <summary>
/// The one JSON object that a verb answers with, written out piece by piece. The default encoder escapes all that is not
/// ASCII, so that no text of a log can drive a terminal.
/// </summary>
internal sealed class JsonDocumentOutput : IDisposable
{
    private const int Piece = 64 * 1024;

    private readonly Screen _screen;
    private readonly Pieces _pieces;

    public JsonDocumentOutput(Screen screen)
    {
        _screen = screen;
        _pieces = new Pieces(screen);
        Writer = new Utf8JsonWriter(_pieces);
        Writer.WriteStartObject();
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>Writes the last member and ends the document.</summary>
    public void End(int exitCode)
    {
        Writer.WriteNumber("exitCode", exitCode);
        Writer.WriteEndObject();
        Writer.Flush();
        _pieces.Send();
        _screen.Out.WriteLine();
        _screen.Out.Flush();
    }

    public void Dispose() => Writer.Dispose();

    /// <summary>ASCII bytes on their way to a text writer. A writer asks for room when it has none left, so memory is bounded.</summary>
    private sealed class Pieces(Screen screen) : IBufferWriter<byte>
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public void Advance(int count)
        {
            _bytes.Advance(count);
            if (_bytes.WrittenCount >= Piece)
            {
                Send();
            }
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

        public void Send()
        {
            screen.Out.Write(Encoding.UTF8.GetString(_bytes.WrittenSpan));
            _bytes.ResetWrittenCount();
        }
    }
}
