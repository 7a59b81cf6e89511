using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ImmutableAudit.Privilege;

/// <summary>Reads the details of entries that privileges follow from, strictly: who does not understand all of them must not decide by them.</summary>
internal static class EntryDetails
{
    /// <summary>Reads them as a type.</summary>
    /// <exception cref="PrivilegeStateException">They are not of this form.</exception>
    public static T Read<T>(AuditEntry entry, JsonTypeInfo<T> type)
    {
        if (entry.Version > 1 || entry.Event.Details is not { } details)
        {
            throw Unknown(entry);
        }

        RefuseNull(entry, details.Utf8.Span);
        try
        {
            return details.Get(type);
        }
        catch (AuditFormatException e)
        {
            throw Unknown(entry, e);
        }
    }

    /// <summary>What is not there is left out, everywhere: nothing that is read after this is null where its type says that it is not, as the elements of arrays may be.</summary>
    /// <exception cref="PrivilegeStateException">There is a null.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void RefuseNull(AuditEntry entry, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null)
            {
                throw Unknown(entry);
            }
        }
    }

    public static PrivilegeStateException Unknown(AuditEntry entry, Exception? cause = null)
    {
        var message =
            $"Entry {entry.Index} of type '{Printable.Of(entry.Type)}' changes privileges in a way that this version does not know. "
            + "Nothing is decided without it: use the version that wrote it, or a newer one.";
        return cause is null ? new PrivilegeStateException(message) : new PrivilegeStateException(message, cause);
    }
}
