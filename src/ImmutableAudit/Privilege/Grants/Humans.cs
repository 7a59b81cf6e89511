using System.Collections.Immutable;
using System.Globalization;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Who is behind a chain of subjects, in texts that two chains share exactly if some link of one is the same human as some link of
/// the other, as far as is known: the same account, or accounts of one person, whether the subject or the policy says so
/// (PRIVILEGE.md P18).
/// </summary>
internal static class Humans
{
    private const char Person = 'p';

    /// <summary>Of a whole chain, in ordinal order.</summary>
    public static ImmutableArray<string> Of(AuditSubject chain, AccessPolicy policy)
    {
        var humans = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        for (var link = chain; link is not null; link = link.OnBehalfOf)
        {
            humans.Add(OfAccount(SubjectKey.Of(link)));
            AddPerson(link.Person);
            AddPerson(policy.TryGetAssignment(link, out var assignment) ? assignment.Person : null);
        }

        return [.. humans];

        void AddPerson(string? person)
        {
            if (!string.IsNullOrWhiteSpace(person))
            {
                humans.Add(Person + person);
            }
        }
    }

    /// <summary>The same with all that the policy knows of who was recorded: the persons behind these accounts, and every account of these persons.</summary>
    public static ImmutableArray<string> Known(ImmutableArray<string> recorded, AccessPolicy policy)
    {
        var humans = recorded.ToImmutableSortedSet(StringComparer.Ordinal).ToBuilder();
        foreach (var person in recorded.Select(human => PersonOf(human, policy)).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            humans.Add(Person + person);
            humans.UnionWith(policy.AssignmentsOf(person).Select(account => OfAccount(account.Key)));
        }

        return [.. humans];
    }

    /// <summary>Of one account.</summary>
    public static string OfAccount(SubjectKey subject) => $"s{subject.Issuer?.Length}:{subject.Issuer}{subject.Id}";

    /// <summary>Whether somebody is behind both.</summary>
    public static bool Meet(ImmutableArray<string> one, ImmutableArray<string> other) => one.Intersect(other, StringComparer.Ordinal).Any();

    /// <summary>The person that one of these texts is, or that the policy has for the account that it is; what is neither has none.</summary>
    private static string? PersonOf(string human, AccessPolicy policy)
    {
        if (human.StartsWith(Person))
        {
            return human[1..];
        }

        var colon = human.IndexOf(':', StringComparison.Ordinal);
        var issuer = 0;
        if (colon < 1 || (colon > 1 && !int.TryParse(human.AsSpan(1, colon - 1), NumberStyles.None, CultureInfo.InvariantCulture, out issuer))
            || issuer > human.Length - colon - 1)
        {
            return null;
        }

        var account = new AuditSubject { Issuer = colon == 1 ? null : human.Substring(colon + 1, issuer), Id = human[(colon + 1 + issuer)..] };
        return policy.TryGetAssignment(account, out var assignment) && !string.IsNullOrWhiteSpace(assignment.Person) ? assignment.Person : null;
    }
}
