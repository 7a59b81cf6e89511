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

        try
        {
            return details.Get(type);
        }
        catch (AuditFormatException e)
        {
            throw Unknown(entry, e);
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
