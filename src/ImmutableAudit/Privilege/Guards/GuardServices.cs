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

    /// <summary>What subjects may, and how often they did.</summary>
    public UseOfSubjects Use { get; }

    public DenialFlood Flood { get; }

    public SensitiveValues Sensitive { get; }
}
