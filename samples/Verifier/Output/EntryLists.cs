using System.Text.Json;
using Spectre.Console;

namespace ImmutableAudit.Verifier.Output;

/// <summary>Takes entries one after the other and shows them, keeping few.</summary>
internal interface IEntryList
{
    void Add(long index, ReadOnlyMemory<byte> bytes, AuditEntry? entry);

    /// <summary>Shows what is left.</summary>
    void End();
}

/// <summary>One line for each entry, its columns between tabs; no column holds one, and to a spreadsheet none is a formula.</summary>
internal sealed class EntryLines(TextWriter output) : IEntryList
{
    public void Add(long index, ReadOnlyMemory<byte> bytes, AuditEntry? entry) =>
        output.WriteLine(string.Join('\t', EntryColumns.Of(index, bytes, entry).Select(NoFormula)));

    public void End() => output.Flush();

    /// <summary>What makes a formula of the rest is shown as a JSON escape, too.</summary>
    public static string NoFormula(string text) =>
        text is ['=' or '+' or '-' or '@', _, ..] ? $"\\u{(int)text[0]:x4}{text[1..]}" : text;
}

/// <summary>Tables of a page each: one table could not be drawn before its last entry is known.</summary>
internal sealed class EntryTables(IAnsiConsole terminal) : IEntryList
{
    private const int Page = 200;

    private Table _table = NewTable();

    public void Add(long index, ReadOnlyMemory<byte> bytes, AuditEntry? entry)
    {
        _table.AddRow([.. EntryColumns.Of(index, bytes, entry).Select(text => new Text(text))]);
        if (_table.Rows.Count == Page)
        {
            End();
        }
    }

    public void End()
    {
        if (_table.Rows.Count > 0)
        {
            terminal.Write(_table);
            _table = NewTable();
        }
    }

    private static Table NewTable()
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in EntryColumns.Names)
        {
            table.AddColumn(name);
        }

        return table;
    }
}

/// <summary>An array <c>entries</c>.</summary>
internal sealed class EntryArray : IEntryList
{
    private readonly Utf8JsonWriter _json;

    public EntryArray(Utf8JsonWriter json)
    {
        _json = json;
        json.WriteStartArray("entries");
    }

    public void Add(long index, ReadOnlyMemory<byte> bytes, AuditEntry? entry)
    {
        _json.WriteStartObject();
        _json.WriteEntry(index, bytes, entry is not null);
        _json.WriteEndObject();
    }

    public void End() => _json.WriteEndArray();
}
