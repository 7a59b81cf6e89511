using System.Buffers;
using System.Text.Json;
using ImmutableAudit.Events;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Writes audited arguments as the members of one JSON object, bounded in all: what does not fit is named as left out, and
/// of what is no plain value only the type is recorded, since what else it would show nobody has looked at.
/// </summary>
internal sealed class ArgumentWriter : IDisposable
{
    /// <summary>Longest text of one value, in UTF-16 units.</summary>
    public const int MaxTextLength = 1024;

    /// <summary>Of the 65,535 bytes of an entry; the rest is for subject, resource and roles.</summary>
    public const int MaxBytes = 16 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new(256);
    private readonly Utf8JsonWriter _writer;

    public ArgumentWriter()
    {
        _writer = new Utf8JsonWriter(_buffer, StrictJson.WriterOptions);
        _writer.WriteStartObject();
    }

    public void Write(string name, object? value)
    {
        _writer.WritePropertyName(name);
        if (_writer.BytesCommitted + _writer.BytesPending > MaxBytes)
        {
            _writer.WriteStringValue("(left out: the arguments are too long)");
            return;
        }

        switch (value)
        {
            case null:
                _writer.WriteNullValue();
                break;
            case bool flag:
                _writer.WriteBooleanValue(flag);
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                _writer.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case decimal number:
                _writer.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                _writer.WriteNumberValue(number);
                break;
            case string or char or Enum or IFormattable or Uri or Version:
                Text(value);
                break;
            default:
                _writer.WriteStringValue($"({value.GetType()})");
                break;
        }
    }

    public AuditDetails ToDetails()
    {
        _writer.WriteEndObject();
        _writer.Flush();
        return AuditDetails.FromValidated(_buffer.WrittenSpan);
    }

    public void Dispose() => _writer.Dispose();

    private void Text(object value)
    {
        string? text;
        try
        {
            text = ValueText.Of(value);
        }
        catch (Exception e)
        {
            text = $"({value.GetType()}: {e.GetType().Name})";
        }

        _writer.WriteStringValue(text?.Length > MaxTextLength ? $"{Printable.Start(text, MaxTextLength)}… ({text.Length} characters)" : text);
    }
}
