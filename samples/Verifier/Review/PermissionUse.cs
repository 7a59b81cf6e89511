namespace ImmutableAudit.Verifier.Review;

/// <summary>What the log says of one permission of one subject.</summary>
internal sealed class PermissionUse
{
    /// <summary>Most types of resources that are told apart, and most causes of denials.</summary>
    private const int MostTypes = 4, MostCauses = 16;

    private const string OtherCauses = "other";

    private SortedSet<string>? _types;
    private SortedDictionary<string, long>? _denials;
    private bool _isOnAnything;

    /// <summary>Uses, recorded and counted.</summary>
    public long Uses { get; private set; }

    /// <summary>Those of them under a grant.</summary>
    public long UnderGrant { get; private set; }

    /// <summary>Those that others made on the subject's behalf: they need the permission of both.</summary>
    public long ByDelegates { get; private set; }

    /// <summary>Those that are in the log as a count alone.</summary>
    public long Counted { get; private set; }

    public long Denied { get; private set; }

    public DateTimeOffset? FirstUsed { get; private set; }

    public DateTimeOffset? LastUsed { get; private set; }

    /// <summary>The newest entry that says so.</summary>
    public long? LastEntry { get; private set; }

    /// <summary>Requests, by their own entries.</summary>
    public long Requested { get; set; }

    /// <summary>Grants that began, break-glass among them.</summary>
    public long Grants { get; set; }

    /// <summary>Those of them that were over without having been used.</summary>
    public long UnusedGrants { get; set; }

    public long BreakGlasses { get; set; }

    /// <summary>How long grants lasted, all together.</summary>
    public TimeSpan Granted { get; set; }

    /// <summary>Uses by the standing roles: all that a role would have to cover.</summary>
    public long Standing => Uses + ByDelegates - UnderGrant;

    /// <summary>Denials by their causes, in ordinal order.</summary>
    public IReadOnlyDictionary<string, long> Denials => _denials ?? [];

    /// <summary>The only type of resource that it was used on; <see langword="null"/> where there is no such type.</summary>
    public string? OnlyType => _isOnAnything || _types is not { Count: 1 } ? null : _types.Min;

    public void Use(AuditEntry entry, long count, bool isCounted, bool isDelegated, bool isUnderGrant)
    {
        Uses += isDelegated ? 0 : count;
        ByDelegates += isDelegated ? count : 0;
        UnderGrant += isUnderGrant ? count : 0;
        Counted += isCounted ? count : 0;
        FirstUsed ??= entry.Time;
        (LastUsed, LastEntry) = (entry.Time, entry.Index);
        if (isUnderGrant)
        {
            return;
        }

        if (entry.Event.Resource?.Type is not { } type || (_types?.Count == MostTypes && !_types.Contains(type)))
        {
            _isOnAnything = true;
        }
        else
        {
            (_types ??= new SortedSet<string>(StringComparer.Ordinal)).Add(type);
        }
    }

    public void Deny(string? reason, long count)
    {
        Denied += count;
        _denials ??= new SortedDictionary<string, long>(StringComparer.Ordinal);
        var cause = CauseOf(reason);
        cause = _denials.ContainsKey(cause) || _denials.Count < MostCauses ? cause : OtherCauses;
        _denials[cause] = _denials.GetValueOrDefault(cause) + count;
    }

    /// <summary>The code in front of what is for people.</summary>
    private static string CauseOf(string? reason)
    {
        var code = reason is null ? "" : reason.Split(':', 2)[0];
        return code.Length is > 0 and <= 40 && code.All(c => char.IsAsciiLetterLower(c) || c == '-') ? code : OtherCauses;
    }
}
