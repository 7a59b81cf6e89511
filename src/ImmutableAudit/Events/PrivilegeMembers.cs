namespace ImmutableAudit.Events;

/// <summary>
/// The members that privilege entries alone have (DESIGN section 6). An event carries them where applications cannot reach
/// them (P25); readers find them at <see cref="AuditEntry"/>. Equal by content.
/// </summary>
internal sealed record PrivilegeMembers
{
    /// <inheritdoc cref="AuditEntry.Permission"/>
    public string? Permission { get; init; }

    /// <inheritdoc cref="AuditEntry.Roles"/>
    public IReadOnlyList<AuditRole>? Roles { get; init; }

    /// <inheritdoc cref="AuditEntry.Policy"/>
    public long? Policy { get; init; }

    /// <inheritdoc cref="AuditEntry.Basis"/>
    public long? Basis { get; init; }

    /// <summary>
    /// As it was read. To be written it need not be set: entries that have it get it from the log, with the index
    /// (<see cref="EntryPrev"/>).
    /// </summary>
    public long? Prev { get; init; }

    public bool Equals(PrivilegeMembers? other) =>
        other is not null
        && (Permission, Policy, Basis, Prev) == (other.Permission, other.Policy, other.Basis, other.Prev)
        && (Roles is null ? other.Roles is null : other.Roles is not null && Roles.SequenceEqual(other.Roles));

    public override int GetHashCode() => HashCode.Combine(Permission, Policy, Basis, Prev, Roles?.Count);
}
