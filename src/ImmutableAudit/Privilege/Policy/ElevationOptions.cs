namespace ImmutableAudit.Privilege;

/// <summary>How a permission can be asked for, in configuration. What is left out is as <see cref="ElevationRuleBuilder"/> has it.</summary>
public sealed class ElevationOptions
{
    /// <summary>Roles whose holders may ask.</summary>
    public IList<string> RequestableBy { get; } = [];

    /// <summary>The votes that are needed, all of them.</summary>
    public IList<ApprovalOptions> ApprovedBy { get; } = [];

    /// <summary>The longest grant: <c>00:30:00</c>.</summary>
    public TimeSpan? MaxDuration { get; set; }

    /// <summary>How long a request waits for its approval.</summary>
    public TimeSpan? PendingFor { get; set; }

    /// <summary>How long after its approval it may be activated.</summary>
    public TimeSpan? ActivateWithin { get; set; }

    /// <summary>Whether a request says why.</summary>
    public bool RequireReason { get; set; }

    /// <summary>Whether a request names a ticket.</summary>
    public bool RequireTicket { get; set; }

    /// <summary>The only hours in which a grant is live; absent for all.</summary>
    public ActiveHoursOptions? ActiveHours { get; set; }

    /// <summary>Roles whose holders may revoke a grant, beside those who may approve it.</summary>
    public IList<string> RevocableBy { get; } = [];

    /// <summary>Whether nobody both approves and asks.</summary>
    public bool SeparateApprovers { get; set; }

    /// <summary>Whether votes carry the voter's own signature.</summary>
    public bool SignedVotes { get; set; }

    /// <summary>Who may take it without approval; absent for nobody.</summary>
    public BreakGlassOptions? BreakGlass { get; set; }
}

/// <summary>So many votes by holders of a role, in configuration.</summary>
public sealed class ApprovalOptions
{
    /// <summary>The role.</summary>
    public string Role { get; set; } = "";

    /// <summary>How many distinct persons; 1 where it is left out.</summary>
    public int Quorum { get; set; } = 1;
}

/// <summary>Hours of some days of the week, in configuration.</summary>
public sealed class ActiveHoursOptions
{
    /// <summary>The offset from UTC, summer and winter: <c>01:00</c>, <c>-05:00</c>.</summary>
    public TimeSpan UtcOffset { get; set; }

    /// <summary>When they begin: <c>08:00</c>.</summary>
    public string From { get; set; } = "";

    /// <summary>When they end: <c>18:00</c>; <c>24:00</c> or <c>00:00</c> for midnight. Not after the beginning: on the next day.</summary>
    public string To { get; set; } = "";

    /// <summary>The days that they begin on: <c>monday</c>, in whatever case.</summary>
    public IList<string> Days { get; } = [];
}

/// <summary>Who may take a permission without approval, in configuration.</summary>
public sealed class BreakGlassOptions
{
    /// <summary>Holders of any of these roles.</summary>
    public IList<string> Roles { get; } = [];

    /// <summary>The longest: <c>00:10:00</c>.</summary>
    public TimeSpan MaxDuration { get; set; }
}

/// <summary>A key that a subject's votes are signed with, in configuration.</summary>
public sealed class VoteKeyOptions
{
    /// <summary>The subject's stable name at its issuer.</summary>
    public string Id { get; set; } = "";

    /// <summary>Who vouches for the id; absent where there is only one.</summary>
    public string? Issuer { get; set; }

    /// <summary>The public key on curve P-256: its SubjectPublicKeyInfo in base64, the body of a <c>PUBLIC KEY</c> PEM.</summary>
    public string Key { get; set; } = "";
}
