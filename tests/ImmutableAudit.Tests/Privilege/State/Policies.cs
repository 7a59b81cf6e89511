using System.Text;
using ImmutableAudit.Log;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.State;

/// <summary>Policies and states for tests.</summary>
internal static class Policies
{
    /// <summary>A policy with a document of about this length, which says nothing.</summary>
    public static DeployablePolicy Of(string application, long version, int length = 40, string content = "") =>
        new(application, version, Encoding.UTF8.GetBytes($"{{\"application\":\"{application}\",\"version\":{version},\"text\":\"{content}{new string('x', length)}\"}}"));

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
