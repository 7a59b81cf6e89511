using System.Text.Json;

namespace ImmutableAudit.Privilege;

/// <summary>A value of a policy's document that knows where it stands.</summary>
internal sealed class PolicyElement(JsonElement element, string place)
{
    public PolicyElement Member(string name) => Optional(name) ?? throw Fault($"has no '{name}'");

    public PolicyElement? Optional(string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Fault("is not an object");
        }

        return element.TryGetProperty(name, out var member) ? new PolicyElement(member, $"{place}/{name}") : null;
    }

    /// <summary>The values of an array that may be absent.</summary>
    public IEnumerable<PolicyElement> Items(string name) => Optional(name)?.Items() ?? [];

    public IEnumerable<string> Texts() => Items().Select(item => item.Text());

    public string Text() => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Fault("is not a text");

    public int Number() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number)
        ? number
        : throw Fault("is not a whole number of 32 bits");

    public TimeSpan Seconds() => TimeSpan.FromSeconds(Number());

    public byte[] Bytes()
    {
        var text = Text();
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : throw Fault("is not base64");
    }

    public bool Flag(string name) => Optional(name) is { } flag
        && (flag.IsTrue() ? true : throw flag.Fault("is not true; leave it out"));

    public void KnowOnly(params ReadOnlySpan<string> names)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Fault("is not an object");
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!names.Contains(member.Name))
            {
                throw Fault($"has the member '{Printable.Of(member.Name)}', which this library does not know");
            }
        }
    }

    /// <summary>Does what may find fault with the value, and says where that stands.</summary>
    public T Build<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (AccessPolicyException e) when (!e.Message.StartsWith("In a policy document, ", StringComparison.Ordinal))
        {
            throw new AccessPolicyException($"In a policy document, at {place}: {e.Message}", e);
        }
    }

    public AccessPolicyException Fault(string fault) => new($"In a policy document, {place} {fault}.");

    private bool IsTrue() => element.ValueKind == JsonValueKind.True;

    private IEnumerable<PolicyElement> Items() => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().Select((item, number) => new PolicyElement(item, $"{place}/{number}"))
        : throw Fault("is not an array");
}
