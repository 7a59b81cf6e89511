using ImmutableAudit.Tiles;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>The one entry that everybody appends: 256 bytes, an ordinary event.</summary>
internal static class BenchmarkEntry
{
    public const int Length = 256;

    /// <summary>What a bundle and the journal hold for each entry.</summary>
    public const int StoredLength = EntryBundle.LengthPrefix + Length;

    /// <summary>The event as an application would have it.</summary>
    public static AuditEvent Event { get; } = Padded();

    /// <summary>Encoded once, appended often.</summary>
    public static EncodedEvent Encoded { get; } = EncodedEvent.Create(Event);

    /// <summary>The same bytes, for those who store bytes.</summary>
    public static byte[] Bytes { get; } = ToBytes();

    private static AuditEvent Padded()
    {
        var draft = new AuditEvent
        {
            Actor = new AuditSubject { Id = "alice@shop.example", Kind = "user" },
            Action = "orders.refund",
            Resource = new AuditResource { Type = "order", Id = "" },
            Outcome = AuditOutcome.Success,
        };
        var missing = Length - EncodedEvent.Create(draft).Length;
        return draft with { Resource = draft.Resource with { Id = new string('7', missing) } };
    }

    private static byte[] ToBytes()
    {
        var bytes = new byte[Encoded.Length];
        Encoded.CopyTo(bytes, Guid.Empty);
        return bytes;
    }
}
