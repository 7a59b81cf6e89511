using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>What the compiler is told. Each is explained in this project's README.md.</summary>
internal static class Rules
{
    /// <summary>The property of a diagnostic that holds what its fix needs.</summary>
    public const string FixProperty = "fix";

    public static readonly DiagnosticDescriptor NoRule = Error(
        "IA1001",
        "Member of a guarded interface says nothing about who may call it",
        "'{0}' has no rule: put [RequirePermission(\"resource.verb\")] on it, or [Unguarded(\"why\")]{1}");

    public static readonly DiagnosticDescriptor MalformedPermission = Error(
        "IA1002",
        "Malformed permission",
        "'{0}' is no permission: write it as 'resource.verb', " + PermissionText.Shape);

    public static readonly DiagnosticDescriptor BlankReason = Error(
        "IA1003",
        "Blank reason",
        "{0} needs a reason that somebody else understands");

    public static readonly DiagnosticDescriptor RegisteredAround = Error(
        "IA1004",
        "Registered around its guard",
        "'{0}' puts '{1}' into the container without its guard '{2}': register it with AddGuarded<{2}, …>() alone");

    public static readonly DiagnosticDescriptor CallsAroundGuard = Warning(
        "IA1005",
        "Guarded member called directly",
        "'{0}' is called on the implementation itself, so nobody checks '{1}': move what both need into a private method, or call it through an injected '{2}'");

    public static readonly DiagnosticDescriptor SensitiveOnRecord = Error(
        "IA1006",
        "Sensitive value would go on record",
        "'{0}' is [Sensitive], so its value must not reach the log, but {1} puts it there: remove one of the two");

    public static readonly DiagnosticDescriptor Deferred = Error(
        "IA1007",
        "Result works later or hands out what is behind the guard",
        "'{0}' {1}: return what is finished, such as a list, or say with Deferred = \"why\" that it is right");

    public static readonly DiagnosticDescriptor Contradiction = Error(
        "IA1008",
        "Permission is required in two ways",
        "'{0}' is {1} here and {2} at {3}: Elevated and AuditLevel belong to the permission, so make them the same everywhere, or use two permissions",
        WellKnownDiagnosticTags.CompilationEnd);

    public static readonly DiagnosticDescriptor ElevatedLevel = Error(
        "IA1009",
        "Elevated permission with less on record",
        "'{0}' is elevated, so its decisions and outcomes always go on record: remove AuditLevel");

    public static readonly DiagnosticDescriptor Blocks = Warning(
        "IA1010",
        "Synchronous member waits for the log",
        "'{0}' is synchronous and recorded, so each call blocks its thread until the decision is durable: make it asynchronous, or set Blocking = true");

    public static readonly DiagnosticDescriptor NoToken = Warning(
        "IA1011",
        "Elevated member cannot be cancelled",
        "'{0}' needs an elevated permission but takes no CancellationToken, so it goes on when the grant ends: add one");

    public static readonly DiagnosticDescriptor CannotGuard = Error(
        "IA1012",
        "Cannot be guarded",
        "'{0}' cannot be guarded: {1}");

    public static readonly DiagnosticDescriptor TwoResources = Error(
        "IA1013",
        "Two resources in one call",
        "'{0}' has more than one [Resource] ({1}): a call acts upon one; mark the others [Audited]");

    public static readonly DiagnosticDescriptor NoEffect = Error(
        "IA1014",
        "Attribute has no effect",
        "[{0}] does nothing here: {1}");

    public static readonly DiagnosticDescriptor NoSuchMember = Error(
        "IA1015",
        "Member names nothing",
        "Member = \"{0}\" {1}");

    public static readonly DiagnosticDescriptor TwoRules = Error(
        "IA1016",
        "Two rules for one member",
        "'{0}' {1}: leave one");

    public static readonly DiagnosticDescriptor CannotRecord = Error(
        "IA1017",
        "Argument cannot go on record",
        "[{0}] on '{1}' cannot be followed: {2}");

    public static readonly DiagnosticDescriptor InjectedAround = Error(
        "IA1018",
        "Implementation used around its guard",
        "'{0}' implements the guarded '{1}', and {2} it itself goes around the guard: use '{1}'");

    private static DiagnosticDescriptor Error(string id, string title, string message, params string[] tags) =>
        Create(id, title, message, DiagnosticSeverity.Error, tags);

    private static DiagnosticDescriptor Warning(string id, string title, string message) =>
        Create(id, title, message, DiagnosticSeverity.Warning, []);

    private static DiagnosticDescriptor Create(string id, string title, string message, DiagnosticSeverity severity, string[] tags) => new(
        id,
        title,
        message,
        "ImmutableAudit.Privilege",
        severity,
        isEnabledByDefault: true,
        helpLinkUri: "https://github.com/immutableaudit/immutableaudit/blob/main/src/ImmutableAudit.Generators/README.md#" + id.ToLowerInvariant(),
        customTags: tags);
}
