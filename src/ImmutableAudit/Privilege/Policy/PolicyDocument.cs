namespace ImmutableAudit.Privilege;

/// <summary>
/// A policy as bytes: UTF-8 JSON, one way only, so that equal policies have equal bytes and one digest (PRIVILEGE.md P14).
/// Immutable and thread-safe.
/// </summary>
/// <example>
/// Without line breaks and indentation; what is absent or empty is left out, sets stand in ordinal order:
/// <code>
/// {"v":1,"application":"shop","version":3,"deployUnderGrant":true,
///  "permissions":[{"permission":"orders.purge","elevated":true},{"permission":"orders.read","level":"denialsOnly"},
///                 {"permission":"policy.deploy","elevated":true}],
///  "roles":[{"role":"lead","kind":"eligible","approvesElevation":true,"includes":["support"],
///            "allow":[{"permission":"orders.read","resource":{"type":"order","id":"4711"}}]}],
///  "assignments":[{"issuer":"https://idp.example","id":"7f3a","person":"p-1","roles":["lead"]}],
///  "separations":[["auditor","lead"]],
///  "elevations":[{"permission":"orders.purge","requestableBy":["lead"],
///                 "approvals":[{"role":"security","quorum":2}],"maxSeconds":1800,"pendingSeconds":3600,"activationSeconds":600,
///                 "requires":["reason","ticket"],
///                 "hours":{"offsetMinutes":60,"from":480,"to":1080,"days":["monday","tuesday","friday"]},
///                 "revocableBy":["auditor"],"separateApprovers":true,"signedVotes":true,
///                 "breakGlass":{"by":["lead"],"maxSeconds":600}}],
///  "voteKeys":[{"issuer":"https://idp.example","id":"7f3a","key":"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…"}]}
/// </code>
/// Of an elevation <c>pendingSeconds</c> is left out where it is 86,400, <c>activationSeconds</c> where it is 28,800. Hours are minutes
/// of the day, <c>from</c> 0 to 1,439, <c>to</c> 1 to 1,440; days stand in their order from Monday.
/// </example>
public sealed class PolicyDocument
{
    /// <summary>Most bytes of a document: 16 MiB.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private readonly ReadOnlyMemory<byte> _utf8;

    private PolicyDocument(AccessPolicy policy, ReadOnlyMemory<byte> utf8)
    {
        Policy = policy;
        _utf8 = utf8;
        Digest = PolicyDigest.Of(utf8.Span);
    }

    /// <summary>The policy.</summary>
    public AccessPolicy Policy { get; }

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8;

    /// <summary>The digest of its bytes.</summary>
    public PolicyDigest Digest { get; }

    /// <summary>Writes a policy down.</summary>
    /// <exception cref="AccessPolicyException">It takes more than <see cref="MaxLength"/> bytes.</exception>
    public static PolicyDocument Of(AccessPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var utf8 = PolicyWriter.Write(policy);
        return utf8.Length <= MaxLength
            ? new PolicyDocument(policy, utf8)
            : throw new AccessPolicyException(
                $"The policy takes {utf8.Length} bytes; it may take {MaxLength}. Take roles from an identity provider, or from a store, "
                + "instead of assigning them all.");
    }

    /// <summary>Reads a policy; only bytes that <see cref="Of"/> would write are one.</summary>
    /// <exception cref="AccessPolicyException">They are not; says where.</exception>
    public static PolicyDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MaxLength)
        {
            throw new AccessPolicyException($"A policy document has {utf8.Length} bytes; it may have {MaxLength}.");
        }

        // A copy: what is digested must be what was read, whatever the caller does with its buffer.
        var bytes = utf8.ToArray();
        var policy = PolicyReader.Read(bytes);
        var canonical = PolicyWriter.Write(policy);
        if (!canonical.Span.SequenceEqual(bytes))
        {
            throw new AccessPolicyException(
                $"A policy document is not in its one form, first at byte {canonical.Span.CommonPrefixLength(bytes) + 1}: white space, another "
                + "order, something twice, or an escape that need not be. Write it with PolicyDocument.Of.");
        }

        return new PolicyDocument(policy, bytes);
    }
}
