namespace ImmutableAudit.Privilege;

/// <summary>Makes the entries that the state is folded from. All that one method makes are appended together (LOG.md L7).</summary>
internal static class StateEntries
{
    public const string PolicyPart = "policy.part";
    public const string PolicyDeployed = "policy.deployed";
    public const string PolicyRejected = "policy.rejected";
    public const string StatePart = "privilege.part";
    public const string State = "privilege.state";

    private const int MaxReasonLength = 2000;
    private const string Issuer = "immutableaudit";

    /// <summary>A policy, to replace another.</summary>
    public static AuditEvent[] Deploy(DeployablePolicy policy, PolicyInForce? predecessor, string session, long? grant = null)
    {
        var pieces = DocumentPieces.Split(DocumentPieces.ToText(policy.Document.Span));
        var template = new AuditEvent
        {
            Actor = new AuditSubject { Issuer = Issuer, Id = policy.Application, Kind = "process" },
            Action = PolicyDeployed,
            Resource = new AuditResource { Type = "policy", Id = policy.Application },
            Session = session,
            Grant = grant,
        };
        return Entries(template, PolicyPart, PolicyDeployed, pieces, AuditDetails.From(
            new DeployedDetails(policy.Application, policy.Version, policy.Digest, pieces.Count - 1, pieces[^1], predecessor?.Index),
            StateDetailsContext.Default.DeployedDetails));
    }

    /// <summary>That a policy was not taken, and why. It changes nothing.</summary>
    public static AuditEvent Reject(string application, string reason, string session) => new()
    {
        Actor = new AuditSubject { Issuer = Issuer, Id = application, Kind = "process" },
        Type = PolicyRejected,
        Action = PolicyRejected,
        Resource = new AuditResource { Type = "policy", Id = application },
        Outcome = AuditOutcome.Denied,
        Reason = reason.Length <= MaxReasonLength ? reason : $"{Printable.Start(reason, MaxReasonLength)}…",
        Session = session,
    };

    /// <summary>A state, for the fold to begin at.</summary>
    public static AuditEvent[] Write(PrivilegeState state, string session)
    {
        var document = state.ToDocument();
        var pieces = DocumentPieces.Split(DocumentPieces.ToText(document));
        var template = new AuditEvent
        {
            Actor = new AuditSubject { Issuer = Issuer, Id = "privilege", Kind = "process" },
            Action = State,
            Session = session,
        };
        return Entries(template, StatePart, State, pieces, AuditDetails.From(
            new WrittenStateDetails(DocumentDigest.Of(document), pieces.Count - 1, pieces[^1]), StateDetailsContext.Default.WrittenStateDetails));
    }

    private static AuditEvent[] Entries(AuditEvent template, string partType, string type, List<string> pieces, AuditDetails last)
    {
        var entries = new AuditEvent[pieces.Count];
        for (var i = 0; i < entries.Length - 1; i++)
        {
            entries[i] = template with
            {
                Type = partType,
                Details = AuditDetails.From(new PartDetails(i, entries.Length - 1, pieces[i]), StateDetailsContext.Default.PartDetails),
            };
        }

        entries[^1] = template with { Type = type, Details = last };
        return entries;
    }
}
