using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using ImmutableAudit.Events;
using ImmutableAudit.Merkle;

namespace ImmutableAudit.Tests.Events;

/// <summary>Events and entries that several tests share.</summary>
internal static class Samples
{
    public static readonly Guid Id = new("019aa8c5-2c0b-7a3e-9d52-4b1f6f0c7e11");

    public static readonly DateTimeOffset Time = new DateTimeOffset(2026, 11, 21, 22, 16, 47, TimeSpan.FromHours(1)).AddTicks(1234567);

    /// <summary>How every entry of these tests begins, up to its id.</summary>
    public const string Head = """{"v":1,"time":"2026-11-21T21:16:47.1234567Z","type":"event","id":"019aa8c5-2c0b-7a3e-9d52-4b1f6f0c7e11",""";

    public static AuditEvent Minimal { get; } = new() { Actor = new AuditSubject { Id = "u-1842" }, Action = "orders.export" };

    public static AuditEvent Full { get; } = new()
    {
        Id = Id,
        Session = "s-77",
        Actor = new AuditSubject
        {
            Issuer = "https://login.example",
            Id = "svc-refunds",
            Person = "p-9",
            Kind = "service",
            OnBehalfOf = new AuditSubject { Id = "u-1842" },
        },
        Action = "orders.refund",
        Resource = new AuditResource { Type = "order", Id = "4711" },
        Outcome = AuditOutcome.Success,
        Reason = "damaged on arrival",
        Source = new AuditSource { App = "shop", Host = "web-3", Ip = "192.0.2.7" },
        Trace = "4bf92f3577b34da6a3ce929d0e0e4736",
        Ref = new AuditReference(41, MerkleHash.EmptyRoot),
        Grant = 12,
        Details = AuditDetails.Parse("""{ "amount": 12.50, "currency": "EUR" }"""),
    };

    /// <summary>An entry of the library's own, with every member that there is.</summary>
    public static AuditEvent Privileged { get; } = Full with
    {
        Type = "grant.requested",
        Privilege = new PrivilegeMembers
        {
            Permission = "orders.refund",
            Roles = [new AuditRole { Role = "lead" }, new AuditRole { Role = "night-shift", Source = "https://login.example", Link = 1 }],
            Policy = 7,
            Basis = 41,
            Prev = 40,
        },
    };

    /// <summary>Any UTF-16 text: half surrogates, control characters, quotes, other scripts.</summary>
    public static Gen<string> Text { get; } = Gen.OneOf(
            Gen.Choose(0, 0xFFFF),
            Gen.Choose(0xD7F0, 0xE010),
            Gen.Choose(0, 0x80),
            Gen.Elements(0x22, 0x5C, 0x2F, 0x2028, 0x2029, 0x202E, 0x7F, 0x85, 0xFEFF, 0xFFFD))
        .Select(unit => (char)unit).ArrayOf().Select(units => new string(units));

    /// <summary>What a text is after it was an entry: the same, with U+FFFD for each half surrogate.</summary>
    public static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>The entry with time and id as above.</summary>
    public static byte[] Encode(AuditEvent auditEvent) => Encode(auditEvent, library: false);

    /// <summary>The same for an entry of the library's own.</summary>
    public static byte[] EncodeOwn(AuditEvent auditEvent) => Encode(auditEvent, library: true);

    private static byte[] Encode(AuditEvent auditEvent, bool library)
    {
        var entry = EventEncoder.Encode(auditEvent, Id, library).ToArray();
        EntryTime.Stamp(entry, Time);
        return entry;
    }

    /// <summary>Decodes an entry that begins like the others and goes on like this.</summary>
    public static AuditEntry Decode(string rest) => AuditEntry.Decode(7, Encoding.UTF8.GetBytes(Head + rest));

    public static string Raw(this JsonElement element) => element.GetRawText();
}
