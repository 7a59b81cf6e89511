namespace ImmutableAudit.Privilege;

/// <summary>
/// The part of a policy that an application leaves to its configuration: roles and assignments beside those in code. The host
/// binds it to a section of its choice; <see cref="AccessPolicyBuilder.Merge"/> takes it over.
/// </summary>
/// <example>
/// <code>
/// "LeastPrivilege": {
///   "Version": 4,
///   "Roles": {
///     "support": { "Allow": [ "orders.read" ] },
///     "lead": { "Includes": [ "support" ], "AllowOn": [ { "Permission": "orders.refund", "ResourceType": "order" } ] }
///   },
///   "Assignments": [ { "Id": "7f3a", "Issuer": "https://idp.example", "Roles": [ "lead" ] } ],
///   "SeparatedDuties": [ [ "lead", "auditor" ] ],
///   "Elevations": {
///     "orders.purge": {
///       "RequestableBy": [ "lead" ], "ApprovedBy": [ { "Role": "security", "Quorum": 2 } ], "MaxDuration": "00:30:00",
///       "RequireReason": true, "ActiveHours": { "UtcOffset": "01:00", "From": "08:00", "To": "18:00", "Days": [ "monday", "friday" ] },
///       "BreakGlass": { "Roles": [ "lead" ], "MaxDuration": "00:10:00" }
///     }
///   },
///   "VoteKeys": [ { "Id": "7f3a", "Issuer": "https://idp.example", "Key": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…" } ]
/// }
/// </code>
/// </example>
public sealed class AccessPolicyOptions
{
    /// <summary>The policy's version; by default the one that code says. Whoever changes the section raises it.</summary>
    public int? Version { get; set; }

    /// <summary>Roles by their names; none that code defines, too.</summary>
    public IDictionary<string, RoleOptions> Roles { get; } = new Dictionary<string, RoleOptions>(StringComparer.Ordinal);

    /// <summary>Who has which roles, beside what code assigns.</summary>
    public IList<AssignmentOptions> Assignments { get; } = [];

    /// <summary>Roles that nobody may hold together.</summary>
    public IList<IList<string>> SeparatedDuties { get; } = [];

    /// <summary>How permissions can be asked for, by their names; none that code says it of, too.</summary>
    public IDictionary<string, ElevationOptions> Elevations { get; } = new Dictionary<string, ElevationOptions>(StringComparer.Ordinal);

    /// <summary>The keys that votes are signed with, beside those that code names.</summary>
    public IList<VoteKeyOptions> VoteKeys { get; } = [];

    /// <summary>Whether the next policy takes a grant of <see cref="AuditPermissions.DeployPolicy"/>; it does, too, where code says so.</summary>
    public bool DeployUnderGrant { get; set; }
}

/// <summary>A role in configuration.</summary>
public sealed class RoleOptions
{
    /// <summary>Whether it is eligible, not standing.</summary>
    public bool Eligible { get; set; }

    /// <summary>Whether its holders may vote where an elevation rule names it.</summary>
    public bool ApprovesElevation { get; set; }

    /// <summary>Roles whose permissions it has, too.</summary>
    public IList<string> Includes { get; } = [];

    /// <summary>Permissions, on whatever is acted upon.</summary>
    public IList<string> Allow { get; } = [];

    /// <summary>Permissions on some resources only.</summary>
    public IList<ScopedPermissionOptions> AllowOn { get; } = [];
}

/// <summary>A permission that is limited to resources, in configuration.</summary>
public sealed class ScopedPermissionOptions
{
    /// <summary>The permission.</summary>
    public string Permission { get; set; } = "";

    /// <summary>The resource's type.</summary>
    public string ResourceType { get; set; } = "";

    /// <summary>Which one; absent for all of the type.</summary>
    public string? ResourceId { get; set; }
}

/// <summary>A subject and its roles in configuration.</summary>
public sealed class AssignmentOptions
{
    /// <summary>The subject's stable name at its issuer.</summary>
    public string Id { get; set; } = "";

    /// <summary>Who vouches for the id; absent where there is only one.</summary>
    public string? Issuer { get; set; }

    /// <summary>The human behind several accounts.</summary>
    public string? Person { get; set; }

    /// <summary>Names of roles.</summary>
    public IList<string> Roles { get; } = [];
}
