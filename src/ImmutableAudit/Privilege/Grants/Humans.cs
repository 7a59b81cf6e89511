using System.Collections.Immutable;

namespace ImmutableAudit.Privilege;

/// <summary>
/// Who is behind a chain of subjects, in texts that two chains share exactly if some link of one is the same human as some link of
/// the other, as far as is known: the same account, or accounts of one person, whether the subject or the policy says so
/// (PRIVILEGE.md P18).
/// </summary>
internal static class Humans
{
    /// <summary>Of a whole chain, in ordinal order.</summary>
    public static ImmutableArray<string> Of(AuditSubject chain, AccessPolicy policy) => Collect(chain, policy, withAccounts: false);

    /// <summary>The same with every account that the policy has for these persons.</summary>
    public static ImmutableArray<string> KnownAs(AuditSubject chain, AccessPolicy policy) => Collect(chain, policy, withAccounts: true);

    /// <summary>Of one account.</summary>
    public static string OfAccount(SubjectKey subject) => $"s{subject.Issuer?.Length}:{subject.Issuer}{subject.Id}";

    /// <summary>Whether somebody is behind both.</summary>
    public static bool Meet(ImmutableArray<string> one, ImmutableArray<string> other)
    {
        foreach (var human in one)
        {
            if (other.Contains(human, StringComparer.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static ImmutableArray<string> Collect(AuditSubject chain, AccessPolicy policy, bool withAccounts)
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
            if (person is null)
                return;

            humans.Add("p" + person);
            if (withAccounts)
            {
                humans.UnionWith(policy.AssignmentsOf(person).Select(account => OfAccount(account.Key)));
            }
        }
    }
}
