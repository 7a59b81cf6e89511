using ImmutableAudit.Log;
using Microsoft.Extensions.Logging;

namespace ImmutableAudit.Privilege;

/// <summary>What the parts of one guard share.</summary>
internal sealed class GuardServices
{
    public GuardServices(GuardSetup setup)
    {
        Log = setup.Log;
        Subjects = setup.Subjects;
        Store = setup.Store;
        Options = setup.Options;
        Logger = setup.Logger;
        Engine = new PrivilegeEngine(setup);
        Leases = new GrantLeases(Engine, Log.TimeProvider);
        Engine.Leases = Leases;
        Grants = new GrantWriter(this);
        Use = new UseOfSubjects(Log, Engine);
        Flood = new DenialFlood(Options.DenialsRecordedEach);
        Sensitive = new SensitiveValues(Options.SensitiveValueKey);
    }

    public IPrivilegedLog Log { get; }

    public ISubjectAccessor Subjects { get; }

    public IRoleAssignmentStore? Store { get; }

    public LeastPrivilegeOptions Options { get; }

    public ILogger Logger { get; }

    /// <summary>What is in force.</summary>
    public PrivilegeEngine Engine { get; }

    /// <summary>Calls under way that rely on grants.</summary>
    public GrantLeases Leases { get; }

    /// <summary>Writes what is done about grants.</summary>
    public GrantWriter Grants { get; }

    /// <summary>What subjects may, and how often they did.</summary>
    public UseOfSubjects Use { get; }

    public DenialFlood Flood { get; }

    public SensitiveValues Sensitive { get; }
}
