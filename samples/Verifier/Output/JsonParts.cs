using System.Text.Json;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Verifier.Output;

/// <summary>The parts that the documents of several verbs have (README.md). What is absent is left out.</summary>
internal static class JsonParts
{
    public static void WriteCheckpoint(
        this Utf8JsonWriter json, Checkpoint checkpoint, IReadOnlyList<INoteVerifier> signers, string? name = null)
    {
        if (name is null)
        {
            json.WriteStartObject();
        }
        else
        {
            json.WriteStartObject(name);
        }

        json.WriteString("origin", checkpoint.Origin);
        json.WriteNumber("size", checkpoint.Size);
        json.WriteString("root", checkpoint.Root.ToString());
        json.WriteStartArray("signers");
        foreach (var signer in signers)
        {
            json.WriteStartObject();
            json.WriteString("name", signer.Name);
            json.WriteString("keyId", $"{signer.KeyId:x8}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The members of an entry: its JSON, or its bytes where it is none that can be read.</summary>
    public static void WriteEntry(this Utf8JsonWriter json, long index, ReadOnlyMemory<byte> bytes, bool isEvent)
    {
        json.WriteNumber("index", index);
        json.WriteString("leaf", TreeHasher.HashLeaf(bytes.Span).ToString());
        if (isEvent)
        {
            // Parsed and written anew: copied as it is, it would not be escaped.
            using var entry = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 128 });
            json.WritePropertyName("entry");
            entry.RootElement.WriteTo(json);
        }
        else
        {
            json.WriteBase64String("bytes", bytes.Span);
        }
    }

    public static void WriteIfPresent(this Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset? time) =>
        json.WriteIfPresent(name, time is { } known ? EntryColumns.Time(known) : null);

    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>An array of objects.</summary>
    public static void WriteArray<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
