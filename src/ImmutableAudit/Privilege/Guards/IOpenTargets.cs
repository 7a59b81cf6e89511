namespace ImmutableAudit.Privilege;

/// <summary>Builds what stands behind the guards of open generic interfaces.</summary>
internal interface IOpenTargets
{
    AccessGuard Guard { get; }

    object Build(Type guarded, IServiceProvider services);
}
