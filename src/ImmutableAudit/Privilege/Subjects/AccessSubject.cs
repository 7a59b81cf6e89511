using ImmutableAudit.Events;

namespace ImmutableAudit.Privilege;

/// <summary>Who calls: a subject with the roles that others assert of it. Immutable and thread-safe.</summary>
public sealed class AccessSubject
{
    /// <summary>Most text of a whole chain, in UTF-16 units: an entry has to hold it, however it is escaped, and what is done besides.</summary>
    private const int MaxTextLength = 4096;

    /// <summary>What the guards have found out about this subject; replaced whole, so that readers need no lock.</summary>
    internal object? Cache;

    /// <summary>Takes a subject, and the roles asserted of it; of those it acts for nothing is asserted.</summary>
    /// <param name="identity">The subject, with the chain of those on whose behalf it acts.</param>
    /// <param name="roles">Roles that an identity provider or a store asserts of the subject itself.</param>
    /// <exception cref="ArgumentException">An id or issuer in the chain is blank, or the chain or its text is too long.</exception>
    public AccessSubject(AuditSubject identity, params IEnumerable<AssertedRole> roles)
        : this(identity, roles, null)
    {
    }

    private AccessSubject(AuditSubject identity, IEnumerable<AssertedRole> roles, AccessSubject? principal)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(roles);
        CheckChain(identity);
        Identity = WellFormed.Of(identity);
        Roles = [.. roles.Select(role => role ?? throw new ArgumentException("One of the asserted roles is null.", nameof(roles)))];
        OnBehalfOf = principal ?? (Identity.OnBehalfOf is { } next ? new AccessSubject(next) : null);
    }

    /// <summary>Who it is.</summary>
    public AuditSubject Identity { get; }

    /// <summary>The roles that others than the policy assert of it.</summary>
    public IReadOnlyList<AssertedRole> Roles { get; }

    /// <summary>For whom it acts, with the roles asserted of that one.</summary>
    public AccessSubject? OnBehalfOf { get; }

    /// <summary>The same subject acting for another, whose asserted roles are kept: a delegated call needs the permission of both.</summary>
    /// <exception cref="ArgumentException">It acts for somebody already, or the chain becomes too long.</exception>
    public AccessSubject ActingFor(AccessSubject principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return OnBehalfOf is null
            ? new AccessSubject(Identity with { OnBehalfOf = principal.Identity }, Roles, principal)
            : throw new ArgumentException($"The subject {SubjectKey.Of(Identity)} acts for another already.", nameof(principal));
    }

    /// <summary>The same subject with further asserted roles, as a store finds them.</summary>
    public AccessSubject WithRoles(params IEnumerable<AssertedRole> roles) => new(Identity, Roles.Concat(roles), OnBehalfOf);

    /// <summary>The same subject with the roles that a store has for it, and for each of those it acts for.</summary>
    public async ValueTask<AccessSubject> WithRolesFromAsync(IRoleAssignmentStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var principal = OnBehalfOf is null ? null : await OnBehalfOf.WithRolesFromAsync(store, cancellationToken).ConfigureAwait(false);
        var roles = await store.GetRolesAsync(Identity, cancellationToken).ConfigureAwait(false);
        return new AccessSubject(Identity, Roles.Concat(roles), principal);
    }

    /// <summary>
    /// A subject as an entry has it, with the roles that somebody else than the policy asserted of each link: what was decided
    /// about it then is decided again.
    /// </summary>
    /// <param name="actor">The entry's actor.</param>
    /// <param name="roles">The entry's roles. Those without source are the policy's own, and come from there.</param>
    /// <exception cref="ArgumentException">No guard can have written them: the chain is none, or a role is blank or is of no link.</exception>
    internal static AccessSubject Recorded(AuditSubject actor, IReadOnlyList<AuditRole>? roles)
    {
        CheckChain(actor);
        var asserted = (roles ?? []).Where(role => role.Source is not null).ToLookup(role => role.Link, role => new AssertedRole(role.Role, role.Source!));
        var subject = Recorded(actor, asserted, 0, out var length);
        return (roles ?? []).All(role => role.Link >= 0 && role.Link < length) ? subject
            : throw new ArgumentException("One of the roles is of a link that the chain does not have.", nameof(roles));
    }

    /// <summary>The issuer and id, fit to be shown.</summary>
    public override string ToString() => SubjectKey.Of(Identity).ToString();

    /// <summary>Recursion is bounded: the chain is checked.</summary>
    private static AccessSubject Recorded(AuditSubject identity, ILookup<int, AssertedRole> asserted, int link, out int length)
    {
        length = link + 1;
        var principal = identity.OnBehalfOf is { } next ? Recorded(next, asserted, link + 1, out length) : null;
        return new AccessSubject(identity, asserted[link], principal);
    }

    private static void CheckChain(AuditSubject identity)
    {
        var (length, characters) = (0, 0L);
        for (var link = identity; link is not null; link = link.OnBehalfOf)
        {
            if (string.IsNullOrWhiteSpace(link.Id))
            {
                throw new ArgumentException(
                    length == 0 ? "The subject has no id. Set Id to its stable name." : "The subject acts for one without id. Set the Id of each link.",
                    nameof(identity));
            }

            if (link.Issuer is not null && string.IsNullOrWhiteSpace(link.Issuer))
            {
                throw new ArgumentException($"The subject '{Printable.Of(link.Id)}' has a blank issuer. Name it, or leave Issuer out.", nameof(identity));
            }

            if (++length > AuditSubject.MaxChainLength)
            {
                throw new ArgumentException($"The subject acts through more than {AuditSubject.MaxChainLength} links. Shorten OnBehalfOf.", nameof(identity));
            }

            characters += link.Id.Length + (link.Issuer?.Length ?? 0L) + (link.Person?.Length ?? 0L) + (link.Kind?.Length ?? 0L);
        }

        if (characters > MaxTextLength)
        {
            throw new ArgumentException($"The subject and those it acts for have {characters} characters; an entry has room for {MaxTextLength}.", nameof(identity));
        }
    }
}
