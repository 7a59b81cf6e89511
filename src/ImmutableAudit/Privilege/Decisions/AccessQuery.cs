namespace ImmutableAudit.Privilege;

/// <summary>May this subject, and everybody it acts for, do this? Immutable and thread-safe.</summary>
/// <param name="Subject">Who asks, with the whole chain of those on whose behalf.</param>
/// <param name="Permission">What is needed.</param>
/// <param name="Resource">What is acted upon; absent where no single thing is.</param>
public sealed record AccessQuery(AccessSubject Subject, string Permission, AuditResource? Resource = null);
