namespace ImmutableAudit.Privilege;

/// <summary>Where a part of the policy comes from that may change while the application runs.</summary>
internal interface IPolicySource
{
    /// <summary>Says the present state of that part.</summary>
    /// <exception cref="Exception">It cannot be had, or is malformed.</exception>
    void Apply(AccessPolicyBuilder builder);

    /// <summary>Calls back whenever it may have changed, until the result is disposed.</summary>
    IDisposable OnChange(Action changed);
}
