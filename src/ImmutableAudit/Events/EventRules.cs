using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace ImmutableAudit.Events;

/// <summary>What an event must hold to become an entry. Each refusal says which event, what and what to do.</summary>
internal static class EventRules
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>Everything but the length of the whole.</summary>
    /// <exception cref="AuditEventException">The event cannot be an entry.</exception>
    /// <exception cref="AuditEntryTooLargeException">A single text of it is already too long.</exception>
    public static void Check(AuditEvent auditEvent, bool library)
    {
        ArgumentNullException.ThrowIfNull(auditEvent);
        if (string.IsNullOrWhiteSpace(auditEvent.Action))
        {
            throw new AuditEventException("An event needs an action. Set Action to what was done, such as \"orders.export\".");
        }

        CheckType(auditEvent, library);
        CheckActor(auditEvent);
        if (auditEvent.Id == Guid.Empty)
        {
            Throw(auditEvent, "has the empty UUID as its id. Leave Id out, and the log gives one.");
        }

        if (auditEvent.Resource is { } resource && string.IsNullOrWhiteSpace(resource.Type))
        {
            Throw(auditEvent, "has a resource without type. Set Resource.Type, such as \"order\".");
        }

        if (auditEvent.Trace is { } trace && !IsTraceId(trace))
        {
            Throw(auditEvent, "has a malformed trace. Set Trace to 32 lower-case hexadecimal digits, not all zero.");
        }

        if (auditEvent.Ref is { Index: < 0 } || auditEvent.Grant < 0)
        {
            Throw(auditEvent, "refers to an entry by a negative index. Set Ref and Grant to the index of a receipt.");
        }

        if (auditEvent.Privilege is { } privilege)
        {
            CheckPrivilege(auditEvent, privilege, library);
        }
    }

    /// <summary>Refuses text that cannot fit before anything is made of it: every UTF-16 unit takes a byte or more.</summary>
    public static void CheckLength(string action, int length)
    {
        if (length > AuditEntry.MaxLength)
        {
            ThrowTooLarge(action, length, exact: false);
        }
    }

    [DoesNotReturn]
    public static void ThrowTooLarge(string action, long length, bool exact) =>
        throw new AuditEntryTooLargeException(
            $"The event \"{Printable.Of(action)}\" would be an entry of {(exact ? "" : "at least ")}{length} bytes; " +
            $"an entry holds at most {AuditEntry.MaxLength}. Keep large content elsewhere and record its place and digest.");

    private static void CheckType(AuditEvent auditEvent, bool library)
    {
        var type = auditEvent.Type;
        if (string.Equals(type, EventTypes.Application, StringComparison.Ordinal))
            return;

        if (!library || type is null || !EventTypes.IsLibrary(type))
        {
            Throw(auditEvent, $"has the type \"{Printable.Of(type)}\". Leave Type at \"event\": all others are the library's.");
        }
    }

    private static void CheckActor(AuditEvent auditEvent)
    {
        if (auditEvent.Actor is null)
        {
            Throw(auditEvent, "has no actor. Set Actor to whoever acts.");
        }

        var length = 0;
        for (var subject = auditEvent.Actor; subject is not null; subject = subject.OnBehalfOf)
        {
            if (string.IsNullOrWhiteSpace(subject.Id))
            {
                Throw(auditEvent, length == 0
                    ? "has an actor without id. Set Actor.Id."
                    : "has an actor on behalf of a subject without id. Set the Id of each link of OnBehalfOf.");
            }

            if (++length > AuditSubject.MaxChainLength)
            {
                Throw(auditEvent, $"has a chain of more than {AuditSubject.MaxChainLength} subjects. Shorten OnBehalfOf.");
            }
        }
    }

    private static void CheckPrivilege(AuditEvent auditEvent, PrivilegeMembers privilege, bool library)
    {
        if (!library || !EventTypes.IsLibrary(auditEvent.Type))
        {
            Throw(auditEvent, "was read from a log and says by which privileges it was done. Only the library writes that; make a new event of it.");
        }

        if (privilege.Policy < 0 || privilege.Basis < EntryPrev.None || privilege.Prev < EntryPrev.None)
        {
            Throw(auditEvent, "refers to an entry by a negative index.");
        }

        if (privilege.Roles?.Any(role => role.Link is < 0 or >= AuditSubject.MaxChainLength) == true)
        {
            Throw(auditEvent, "has a role of a subject that no chain holds.");
        }

        if (privilege.Prev is not null && !EventTypes.IsPrivilegeState(auditEvent.Type))
        {
            Throw(auditEvent, "has a previous entry, though no decision is based on it.");
        }
    }

    private static bool IsTraceId(string trace) =>
        trace.Length == 32 && !trace.AsSpan().ContainsAnyExcept(LowerHex) && trace.AsSpan().ContainsAnyExcept('0');

    [DoesNotReturn]
    private static void Throw(AuditEvent auditEvent, string what) =>
        throw new AuditEventException($"The event \"{Printable.Of(auditEvent.Action)}\" {what}");
}
