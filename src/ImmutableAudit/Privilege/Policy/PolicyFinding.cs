namespace ImmutableAudit.Privilege;

/// <summary>How much a finding weighs.</summary>
public enum FindingSeverity
{
    /// <summary>Probably not what was meant.</summary>
    Warning,

    /// <summary>The policy contradicts itself, or names what there is not; it must not take effect.</summary>
    Error,
}

/// <summary>Something in a policy that does not fit. Immutable.</summary>
/// <param name="Id">What kind of finding: <c>policy.unknown-permission</c>; the same for the same kind, for ever.</param>
/// <param name="Severity">How much it weighs.</param>
/// <param name="Message">Where it stands, what is wrong, and how to mend it.</param>
public sealed record PolicyFinding(string Id, FindingSeverity Severity, string Message)
{
    /// <summary>One line.</summary>
    public override string ToString() => $"{(Severity == FindingSeverity.Error ? "error" : "warning")} {Id}: {Message}";
}
