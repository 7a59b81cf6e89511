namespace ImmutableAudit.Interop.Tests.Support;

/// <summary>A test that needs Go, and reports itself as not run where Go or golang.org/x/mod is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoFactAttribute : FactAttribute
{
    public GoFactAttribute() => Skip = GoToolchain.Missing;
}

/// <summary>As <see cref="GoFactAttribute"/>, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoTheoryAttribute : TheoryAttribute
{
    public GoTheoryAttribute() => Skip = GoToolchain.Missing;
}
