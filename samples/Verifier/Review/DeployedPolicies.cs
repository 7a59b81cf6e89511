using System.Text;
using System.Text.Json;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Verifier.Review;

/// <summary>A policy as the log has it.</summary>
/// <param name="Entry">Its <c>policy.deployed</c> entry.</param>
/// <param name="Application">For which application.</param>
/// <param name="Version">Its version.</param>
/// <param name="Digest">Of its document, as the entry says it.</param>
/// <param name="Policy">What it says; <see langword="null"/> where it could not be read, or is not what the digest names.</param>
internal sealed record DeployedPolicy(long Entry, string Application, long Version, string Digest, AccessPolicy? Policy);

/// <summary>Puts policies together from the entries that deploy them, as they come.</summary>
internal sealed class DeployedPolicies
{
    private readonly SortedDictionary<string, DeployedPolicy> _inForce = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _applications = [];
    private readonly List<string> _pieces = [];
    private long _next = -1;

    /// <summary>The newest of each application.</summary>
    public IReadOnlyDictionary<string, DeployedPolicy> InForce => _inForce;

    /// <summary>How many were deployed.</summary>
    public long Count { get; private set; }

    /// <summary>Those that could not be read, by their entries.</summary>
    public List<long> Unreadable { get; } = [];

    /// <summary>The application that a <c>policy.deployed</c> entry is for.</summary>
    public string? ApplicationOf(long entry) => _applications.GetValueOrDefault(entry);

    public void Take(AuditEntry entry)
    {
        if (entry.Type == "policy.part")
        {
            if (entry.Index != _next)
            {
                _pieces.Clear();
            }

            _pieces.Add(Text(entry, "text") ?? "");
            _next = entry.Index + 1;
        }
        else if (entry.Type == "policy.deployed")
        {
            var policy = Read(entry);
            (_inForce[policy.Application], _applications[entry.Index]) = (policy, policy.Application);
            Count++;
            if (policy.Policy is null)
            {
                Unreadable.Add(entry.Index);
            }

            _pieces.Clear();
            _next = -1;
        }
    }

    /// <summary>A text in an entry's details.</summary>
    public static string? Text(AuditEntry entry, string name) =>
        entry.Event.Details is { } details && details.Root.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;

    /// <summary>A whole number in an entry's details.</summary>
    public static long? Number(AuditEntry entry, string name) =>
        entry.Event.Details is { } details && details.Root.TryGetProperty(name, out var member)
            && member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var number)
            ? number
            : null;

    private DeployedPolicy Read(AuditEntry entry)
    {
        var pieces = entry.Index == _next ? _pieces : [];
        var digest = Text(entry, "digest") ?? "";
        AccessPolicy? policy = null;
        try
        {
            var document = PolicyDocument.Parse(Encoding.UTF8.GetBytes(string.Concat(pieces.Append(Text(entry, "text") ?? ""))));
            policy = document.Digest.ToString() == digest && pieces.Count == (Number(entry, "parts") ?? 0) ? document.Policy : null;
        }
        catch (AccessPolicyException)
        {
            // Told by its entry.
        }

        return new DeployedPolicy(entry.Index, Text(entry, "application") ?? policy?.Application ?? "", Number(entry, "version") ?? 0, digest, policy);
    }
}
