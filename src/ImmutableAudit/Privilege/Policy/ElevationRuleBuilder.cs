namespace ImmutableAudit.Privilege;

/// <summary>Says how a permission is elevated to. Not thread-safe.</summary>
public sealed class ElevationRuleBuilder
{
    /// <summary>The longest grant where the rule says nothing: one hour.</summary>
    public static readonly TimeSpan DefaultMaxDuration = TimeSpan.FromHours(1);

    /// <summary>How long a request waits for its approval where the rule says nothing: 24 hours.</summary>
    public static readonly TimeSpan DefaultPendingFor = TimeSpan.FromHours(24);

    /// <summary>How long after its approval it may be activated where the rule says nothing: 8 hours.</summary>
    public static readonly TimeSpan DefaultActivateWithin = TimeSpan.FromHours(8);

    /// <summary>The longest grant that a rule can allow, and the longest of its other times: 366 days.</summary>
    public static readonly TimeSpan LongestDuration = TimeSpan.FromDays(366);

    private static readonly TimeSpan LongestOffset = TimeSpan.FromHours(14);

    private readonly string _permission;
    private readonly List<string> _requestableBy = [];
    private readonly OrderedDictionary<string, ApprovalRule> _approvals = new(StringComparer.Ordinal);
    private readonly List<string> _revocableBy = [];
    private TimeSpan _maxDuration = DefaultMaxDuration;
    private TimeSpan _pendingFor = DefaultPendingFor;
    private TimeSpan _activateWithin = DefaultActivateWithin;
    private ActiveHours? _hours;
    private BreakGlassRule? _breakGlass;
    private bool _requiresReason;
    private bool _requiresTicket;
    private bool _separateApprovers;
    private bool _signedVotes;

    internal ElevationRuleBuilder(string permission) => _permission = permission;

    /// <summary>Holders of any of these roles may ask.</summary>
    public ElevationRuleBuilder RequestableBy(params IEnumerable<string> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        _requestableBy.AddRange(roles.Select(role => PolicyText.Name(role, $"role that may request '{_permission}'")));
        return this;
    }

    /// <summary>So many distinct holders of a role must approve, beside those of other roles that are named: nobody counts twice.</summary>
    /// <exception cref="AccessPolicyException">The role is named already, or is one more than <see cref="Quorum.MaxRules"/>.</exception>
    public ElevationRuleBuilder ApprovedBy(string role, int quorum = 1)
    {
        PolicyText.Name(role, $"role that approves '{_permission}'");
        if (_approvals.Count == Quorum.MaxRules && !_approvals.ContainsKey(role))
        {
            throw new AccessPolicyException(
                $"The elevation rule of '{_permission}' is approved by more than {Quorum.MaxRules} roles. Make a role of those that may stand in for each other.");
        }

        return _approvals.TryAdd(role, new ApprovalRule(role, quorum))
            ? this
            : throw new AccessPolicyException(
                $"The elevation rule of '{_permission}' is approved by '{role}' twice. Name each role once, with its quorum.");
    }

    /// <summary>The longest grant; whole seconds.</summary>
    /// <exception cref="AccessPolicyException">It is not whole seconds, not positive, or more than a year.</exception>
    public ElevationRuleBuilder MaxDuration(TimeSpan duration)
    {
        _maxDuration = Checked(duration, "a maximum duration");
        return this;
    }

    /// <summary>How long a request waits for its approval before it lapses; whole seconds.</summary>
    /// <exception cref="AccessPolicyException">It is not whole seconds, not positive, or more than a year.</exception>
    public ElevationRuleBuilder PendingFor(TimeSpan time)
    {
        _pendingFor = Checked(time, "a pending time");
        return this;
    }

    /// <summary>How long after its approval it may be activated before it lapses; whole seconds.</summary>
    /// <exception cref="AccessPolicyException">It is not whole seconds, not positive, or more than a year.</exception>
    public ElevationRuleBuilder ActivateWithin(TimeSpan time)
    {
        _activateWithin = Checked(time, "an activation window");
        return this;
    }

    /// <summary>A request says why.</summary>
    public ElevationRuleBuilder RequireReason()
    {
        _requiresReason = true;
        return this;
    }

    /// <summary>A request names a ticket.</summary>
    public ElevationRuleBuilder RequireTicket()
    {
        _requiresTicket = true;
        return this;
    }

    /// <summary>A grant is live in these hours only, and ends with them.</summary>
    /// <param name="utcOffset">The offset of these hours from UTC, summer and winter: whole minutes, at most 14 hours.</param>
    /// <param name="from">When they begin; whole minutes.</param>
    /// <param name="to">
    /// When they end; whole minutes. Where it is not after <paramref name="from"/>, on the next day; <c>00:00</c> is midnight.
    /// </param>
    /// <param name="days">The days that they begin on.</param>
    /// <exception cref="AccessPolicyException">They are named already, or something is not whole minutes, or out of bounds.</exception>
    public ElevationRuleBuilder ActiveHours(TimeSpan utcOffset, TimeOnly from, TimeOnly to, params DayOfWeek[] days)
    {
        ArgumentNullException.ThrowIfNull(days);
        var fault = _hours is not null ? "has two ActiveHours. Say them once"
            : utcOffset > LongestOffset || utcOffset < -LongestOffset || utcOffset.Ticks % TimeSpan.TicksPerMinute != 0
                ? $"has hours with an offset of {utcOffset:c} from UTC. Give whole minutes, at most {LongestOffset.Hours} hours"
            : from.Ticks % TimeSpan.TicksPerMinute != 0 || to.Ticks % TimeSpan.TicksPerMinute != 0
                ? $"has hours from {from:O} to {to:O}. Give whole minutes"
            : Array.Exists(days, day => !Enum.IsDefined(day)) ? "has hours on a day of the week that there is not. Name days from Monday to Sunday"
            : null;
        _hours = fault is null ? new ActiveHours(utcOffset, from, to, days) : throw new AccessPolicyException($"The elevation rule of '{_permission}' {fault}.");
        return this;
    }

    /// <summary>Holders of any of these roles may revoke a grant, beside those who may approve it.</summary>
    public ElevationRuleBuilder RevocableBy(params IEnumerable<string> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        _revocableBy.AddRange(roles.Select(role => PolicyText.Name(role, $"role that may revoke '{_permission}'")));
        return this;
    }

    /// <summary>
    /// Who approved a grant that is not over may neither ask for the same permission nor activate it, and who has asked for it
    /// may not vote on another's.
    /// </summary>
    public ElevationRuleBuilder SeparateApprovers()
    {
        _separateApprovers = true;
        return this;
    }

    /// <summary>Votes carry the voter's own signature, by a key named with <see cref="AccessPolicyBuilder.VoteKey"/>.</summary>
    public ElevationRuleBuilder SignedVotes()
    {
        _signedVotes = true;
        return this;
    }

    /// <summary>Holders of any of these roles may take it without approval, with a reason, to be reviewed by somebody else.</summary>
    /// <param name="maxDuration">The longest; whole seconds.</param>
    /// <param name="roles">The roles.</param>
    /// <exception cref="AccessPolicyException">It is said already, or the duration is not whole seconds, not positive, or more than a year.</exception>
    public ElevationRuleBuilder BreakGlass(TimeSpan maxDuration, params IEnumerable<string> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        if (_breakGlass is not null)
        {
            throw new AccessPolicyException($"The elevation rule of '{_permission}' says BreakGlass twice. Say it once, with all roles.");
        }

        _breakGlass = new BreakGlassRule(
            ElevationRule.Names(roles.Select(role => PolicyText.Name(role, $"role that may break the glass of '{_permission}'"))),
            Checked(maxDuration, "a break-glass duration"));
        return this;
    }

    internal ElevationRule Build() => new(_permission, _requestableBy, _approvals.Values, _maxDuration)
    {
        PendingFor = _pendingFor,
        ActivateWithin = _activateWithin,
        RequiresReason = _requiresReason,
        RequiresTicket = _requiresTicket,
        Hours = _hours,
        RevocableBy = ElevationRule.Names(_revocableBy),
        SeparateApprovers = _separateApprovers,
        SignedVotes = _signedVotes,
        BreakGlass = _breakGlass,
    };

    private TimeSpan Checked(TimeSpan duration, string what) =>
        duration > TimeSpan.Zero && duration <= LongestDuration && duration.Ticks % TimeSpan.TicksPerSecond == 0
            ? duration
            : throw new AccessPolicyException(
                $"The elevation rule of '{_permission}' has {what} of {duration:c}. Give whole seconds, at least one "
                + $"and at most {LongestDuration.Days} days.");
}
