namespace ImmutableAudit.Privilege;

/// <summary>Finds roles that include themselves, however far around. Without recursion: a policy may come from outside.</summary>
internal static class RoleCycles
{
    /// <summary>Looks at every role.</summary>
    /// <exception cref="AccessPolicyException">There is a cycle; the message goes once around it.</exception>
    public static void Refuse(IReadOnlyDictionary<string, Role> roles)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in roles.Values)
        {
            Visit(start, roles, done);
        }
    }

    private static void Visit(Role start, IReadOnlyDictionary<string, Role> roles, HashSet<string> done)
    {
        if (done.Contains(start.Name))
            return;

        var path = new List<(Role Role, int Next)> { (start, 0) };
        var onPath = new HashSet<string>(StringComparer.Ordinal) { start.Name };
        while (path.Count > 0)
        {
            var (role, next) = path[^1];
            if (next == role.Includes.Count)
            {
                path.RemoveAt(path.Count - 1);
                onPath.Remove(role.Name);
                done.Add(role.Name);
                continue;
            }

            path[^1] = (role, next + 1);
            var name = role.Includes[next];
            if (onPath.Contains(name))
            {
                Throw(path.Select(step => step.Role.Name).SkipWhile(step => step != name), name);
            }

            if (!done.Contains(name) && roles.TryGetValue(name, out var included))
            {
                path.Add((included, 0));
                onPath.Add(name);
            }
        }
    }

    private static void Throw(IEnumerable<string> cycle, string name)
    {
        var around = cycle.Take(10).ToList();
        throw new AccessPolicyException(
            $"The role '{name}' includes itself: {string.Join(" → ", around)} → {(around.Count == 10 ? "… → " : "")}{name}. Take one of these inclusions out.");
    }
}
