using System.Text;
using ImmutableAudit.Log;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.State;

/// <summary>Policies and states for tests.</summary>
internal static class Policies
{
    /// <summary>A policy with a document of about this length, which gives nobody anything.</summary>
    public static DeployablePolicy Of(string application, long version, int length = 40, string content = "")
    {
        if (string.IsNullOrEmpty(application) || application.Length > PolicyText.MaxName || version < 1)
        {
            return new DeployablePolicy(application, version, "{}"u8.ToArray());
        }

        var builder = new AccessPolicyBuilder().Application(application).Version((int)version).Assign($"content {content}", "nothing");
        for (var i = 0; i < length / 1000; i++)
        {
            builder.Assign($"{i:d6}{new string('x', 970)}", "nothing");
        }

        return new DeployablePolicy(application, version, PolicyDocument.Of(builder.Build()).Utf8);
    }

    /// <summary>Everything that a state is.</summary>
    public static string Describe(PrivilegeState state) => string.Join('\n', state.Policies
        .Select(pair => $"{pair.Key}: {pair.Value with { Document = default }} {Convert.ToBase64String(pair.Value.Document.Span)}")
        .Prepend($"{state.Head} {state.SinceWritten} {Encoding.UTF8.GetString(state.ToDocument())}"));

    /// <summary>The state by the plainest way: every entry from the first on.</summary>
    public static PrivilegeState FoldAll(IEnumerable<AuditEntry> entries) =>
        entries.Where(entry => entry.Prev is not null).Aggregate(PrivilegeState.Empty, (state, entry) => state.Apply(entry));
}

/// <summary>Reads entries from a list, and counts.</summary>
internal sealed class ListReader(IReadOnlyList<AuditEntry> entries) : IEntryReader
{
    public int Reads { get; private set; }

    public ValueTask<AuditEntry> ReadAsync(long index, CancellationToken cancellationToken = default)
    {
        Reads++;
        return new(entries[(int)index]);
    }
}
