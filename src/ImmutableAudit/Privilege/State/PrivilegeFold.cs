using System.Text.Json;
using ImmutableAudit.Events;
using ImmutableAudit.Log;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Finds the state that a log's privilege entries lead to (PRIVILEGE.md P27): from the newest back along <c>prev</c>, to where
/// the state was written down last, and forward again. Reads privilege entries alone, and no more of them than came since.
/// </summary>
/// <remarks>
/// Every entry must lead to the one before it, and a state that is met on the way must be what the fold has come to. What is
/// published comes through the reader as it was signed; that the chain skips nothing of the log, and that the state which
/// the fold began at is right, is for the full verifier to say.
/// </remarks>
internal static class PrivilegeFold
{
    /// <summary>How many of a log's newest entries are looked at for one that privileges follow from.</summary>
    public const int LookedAt = 256;

    /// <summary>The state at a head.</summary>
    /// <param name="reader">Reads the log.</param>
    /// <param name="privilegeHead">The head's privilege head; -1 for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AuditLogCorruptException">The entries contradict each other, or are not those that were signed.</exception>
    /// <exception cref="PrivilegeStateException">An entry says something that this version does not know.</exception>
    public static Task<PrivilegeState> OpenAsync(IEntryReader reader, long privilegeHead, CancellationToken cancellationToken = default) =>
        FoldAsync(PrivilegeState.Empty, reader, privilegeHead, mayRestart: true, cancellationToken);

    /// <summary>The state at a later head, from an earlier one.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    public static Task<PrivilegeState> ContinueAsync(
        PrivilegeState state, IEntryReader reader, long privilegeHead, CancellationToken cancellationToken = default) =>
        FoldAsync(state, reader, privilegeHead, mayRestart: false, cancellationToken);

    /// <summary>
    /// Looks for signs that a privilege head is not the newest. It lies in the journal, which nobody signs: put back to an older one
    /// while the log was closed, it would bring back what was revoked. The newest entries must know of nothing newer.
    /// </summary>
    /// <exception cref="AuditLogCorruptException">One does.</exception>
    public static async Task CheckNewestAsync(IEntryReader reader, LogHead head, CancellationToken cancellationToken = default)
    {
        for (var index = Math.Max(head.PrivilegeHead + 1, head.Size - LookedAt); index < head.Size; index++)
        {
            var entry = await reader.ReadAsync(index, cancellationToken).ConfigureAwait(false);
            if (EventTypes.IsPrivilegeState(entry.Type) || entry.Basis > head.PrivilegeHead)
            {
                throw new AuditLogCorruptException(
                    $"The journal says that privileges follow from entry {head.PrivilegeHead} last, but entry {index} knows of a later one: the journal was changed. Go on in a new log that names this one as its predecessor.");
            }
        }
    }

    private static async Task<PrivilegeState> FoldAsync(
        PrivilegeState state, IEntryReader reader, long privilegeHead, bool mayRestart, CancellationToken cancellationToken)
    {
        var entries = new Stack<AuditEntry>();
        for (var index = privilegeHead; index > state.Head;)
        {
            var entry = await reader.ReadAsync(index, cancellationToken).ConfigureAwait(false);
            if (entry.Prev is not { } prev || prev >= index || !EventTypes.IsPrivilegeState(entry.Type))
            {
                throw new AuditLogCorruptException($"Entry {index} should be one that privileges follow from, and is not. Verify the log.");
            }

            if (mayRestart && entry.Type == StateEntries.State)
            {
                state = await RestoreAsync(entry, reader, cancellationToken).ConfigureAwait(false);
                break;
            }

            entries.Push(entry);
            index = prev;
        }

        // The last of them must lead to the state exactly: Apply says so.
        foreach (var entry in entries)
        {
            state = state.Apply(entry);
        }

        return state;
    }

    private static async ValueTask<PrivilegeState> RestoreAsync(AuditEntry entry, IEntryReader reader, CancellationToken cancellationToken)
    {
        var details = StateDetails.OfWritten(entry);
        var parts = await PartedText.ReadAsync(reader, entry.Index, details.Parts, cancellationToken).ConfigureAwait(false);
        var document = Read(entry, PartedText.Join(parts, StateEntries.StatePart, entry, details.Parts, details.Text, details.Digest));
        var policies = new List<PolicyInForce>();
        foreach (var named in document.Policies)
        {
            policies.Add(await ReadPolicyAsync(named, entry.Index, reader, cancellationToken).ConfigureAwait(false));
        }

        return PrivilegeState.Restore(entry.Index, policies, StateGrants.Restore(entry, document));
    }

    private static StateDocument Read(AuditEntry entry, byte[] document)
    {
        try
        {
            EntryDetails.RefuseNull(entry, document);
            return JsonSerializer.Deserialize(document, StateDetailsContext.Default.StateDocument) ?? throw EntryDetails.Unknown(entry);
        }
        catch (JsonException e)
        {
            throw EntryDetails.Unknown(entry, e);
        }
    }

    private static async ValueTask<PolicyInForce> ReadPolicyAsync(
        StatePolicy named, long before, IEntryReader reader, CancellationToken cancellationToken)
    {
        if (named.Index >= 0 && named.Index < before
            && await reader.ReadAsync(named.Index, cancellationToken).ConfigureAwait(false) is { Type: StateEntries.PolicyDeployed } entry)
        {
            var count = StateDetails.OfDeployed(entry).Parts;
            var parts = await PartedText.ReadAsync(reader, named.Index, count, cancellationToken).ConfigureAwait(false);
            var policy = PrivilegeState.Deployed(entry, parts);
            if ((policy.Application, policy.Version, policy.Digest) == (named.Application, named.Version, named.Digest))
            {
                return policy;
            }
        }

        throw new AuditLogCorruptException($"The state of privileges in entry {before} names entry {named.Index} as a policy that it is not. Verify the log.");
    }
}
