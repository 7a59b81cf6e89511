namespace ImmutableAudit.Privilege;

/// <summary>Decides by hand and for generated guards.</summary>
internal sealed class AccessGuard
{
    public MemberGuard For(GuardRule rule) => throw new NotSupportedException();
}
