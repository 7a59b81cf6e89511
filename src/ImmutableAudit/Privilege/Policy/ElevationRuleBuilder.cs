namespace ImmutableAudit.Privilege;

/// <summary>Says how a permission is elevated to. Not thread-safe.</summary>
public sealed class ElevationRuleBuilder
{
    /// <summary>The longest grant where the rule says nothing: one hour.</summary>
    public static readonly TimeSpan DefaultMaxDuration = TimeSpan.FromHours(1);

    /// <summary>The longest grant that a rule can allow: 366 days.</summary>
    public static readonly TimeSpan LongestDuration = TimeSpan.FromDays(366);

    private readonly string _permission;
    private readonly List<string> _requestableBy = [];
    private readonly OrderedDictionary<string, ApprovalRule> _approvals = new(StringComparer.Ordinal);
    private TimeSpan _maxDuration = DefaultMaxDuration;

    internal ElevationRuleBuilder(string permission) => _permission = permission;

    /// <summary>Holders of any of these roles may ask.</summary>
    public ElevationRuleBuilder RequestableBy(params IEnumerable<string> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        _requestableBy.AddRange(roles.Select(role => PolicyText.Name(role, $"role that may request '{_permission}'")));
        return this;
    }

    /// <summary>So many distinct holders of a role must approve, beside those of other roles that are named.</summary>
    /// <exception cref="AccessPolicyException">The role is named already.</exception>
    public ElevationRuleBuilder ApprovedBy(string role, int quorum = 1)
    {
        PolicyText.Name(role, $"role that approves '{_permission}'");
        return _approvals.TryAdd(role, new ApprovalRule(role, quorum))
            ? this
            : throw new AccessPolicyException(
                $"The elevation rule of '{_permission}' is approved by '{role}' twice. Name each role once, with its quorum.");
    }

    /// <summary>The longest grant; whole seconds.</summary>
    /// <exception cref="AccessPolicyException">It is not whole seconds, not positive, or more than a year.</exception>
    public ElevationRuleBuilder MaxDuration(TimeSpan duration)
    {
        if (duration <= TimeSpan.Zero || duration > LongestDuration || duration.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw new AccessPolicyException(
                $"The elevation rule of '{_permission}' has a maximum duration of {duration:c}. Give whole seconds, at least one "
                + $"and at most {LongestDuration.Days} days.");
        }

        _maxDuration = duration;
        return this;
    }

    internal ElevationRule Build() => new(_permission, _requestableBy, _approvals.Values, _maxDuration);
}
