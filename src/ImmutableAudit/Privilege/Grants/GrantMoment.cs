using System.Collections.Immutable;

namespace ImmutableAudit.Privilege;

/// <summary>What something about a grant is judged on: one place of the log, and the time of the entry that stands there next. Immutable.</summary>
/// <param name="Application">Whose policy it is.</param>
/// <param name="Policy">The policy in force.</param>
/// <param name="Book">The requests and grants.</param>
/// <param name="Time">The entry's time; where it is not known yet, the present.</param>
internal sealed record GrantMoment(string Application, CompiledPolicy Policy, GrantBook Book, DateTimeOffset Time)
{
    /// <summary>How far a grant's start, told by the writer's clock, may lie before the time of its entry.</summary>
    public static readonly TimeSpan MaxStartLag = TimeSpan.FromSeconds(5);

    /// <summary>Who is behind a chain.</summary>
    public ImmutableArray<string> HumansOf(AccessSubject subject) => Humans.Of(subject.Identity, Policy.Policy);

    /// <summary>Who may be behind a chain, for a comparison with what was recorded before: the policy may have come to know since that two accounts are one human's.</summary>
    public ImmutableArray<string> KnownAs(AccessSubject subject) => Humans.Known(HumansOf(subject), Policy.Policy);

    /// <summary>When a grant ends that starts at a moment: after its time, or with the hours that it may be active in; <see langword="null"/> outside of them.</summary>
    public DateTimeOffset? EndOf(IEnumerable<string> permissions, long seconds, DateTimeOffset start)
    {
        var end = start.AddSeconds(seconds);
        foreach (var rule in RulesOf(permissions))
        {
            if (rule.Hours is not { } hours)
            {
                continue;
            }

            if (hours.EndAt(start) is not { } close)
            {
                return null;
            }

            end = close < end ? close : end;
        }

        return end;
    }

    /// <summary>The rules of these permissions, of those that have one.</summary>
    public IEnumerable<ElevationRule> RulesOf(IEnumerable<string> permissions) =>
        permissions.Select(permission => Policy.Policy.TryGetElevation(permission, out var rule) ? rule : null).OfType<ElevationRule>();
}
