using System.Text;
using FsCheck.Fluent;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Events;
using ImmutableAudit.Tests.Events;
using ImmutableAudit.Tests.Parsing.Corpus;
using ImmutableAudit.Tests.Support;
using ImmutableAudit.Verification;

namespace ImmutableAudit.Tests.Parsing;

/// <summary>
/// Whatever the bytes: read, or refused with the documented exception, and never with more memory than a multiple of what was
/// given. Messages hold nothing that could drive a terminal.
/// </summary>
public sealed class GarbageTests : IDisposable
{
    private const int Runs = 1500;

    private readonly TestKey _key = new(TestLog.Origin);
    private readonly TestLog _log = TestLog.Of(300);

    public static TheoryData<string> Parsers =>
        ["note", "checkpoint", "signed checkpoint", "proof", "verifier key", "public key", "key file", "entry", "time", "details", "bundle", "tile"];

    public void Dispose() => _key.Dispose();

    [Theory]
    [MemberData(nameof(Parsers))]
    public void Nothing_but_the_documented_happens(string name)
    {
        var (seeds, parse) = Parser(name);

        // Verifying goes over the whole log; the paths of an entry's unknown members may come to four times the longest entry.
        var (atLeast, times) = name switch { "bundle" or "tile" => (1_000_000, 60), "entry" => (1_000_000, 60), _ => (200_000, 60) };
        foreach (var bytes in NastyInputs.All.Concat(seeds))
        {
            TryOrShow(parse, bytes, atLeast, times);
        }

        // Well-formed things of every kind, too: what is right elsewhere may be wrong here.
        byte[][] others = [_log.Checkpoint(_key), _log.Proof(7, _key), Encoding.UTF8.GetBytes(_key.VerifierKey), Samples.Encode(Samples.Full)];
        var mutated = Gen.Frequency((6, Mutations.Of(seeds)), (1, Mutations.Of(others)));
        Prop.ForAll(mutated.ToArbitrary(), bytes => TryOrShow(parse, bytes, atLeast, times)).CheckSeeded(cases: Runs, endSize: 40);
    }

    /// <summary>Keys and signatures are new in every run, so that a seed alone does not bring an input back.</summary>
    private static void TryOrShow(Func<byte[], string?> parse, byte[] bytes, long atLeast, long times)
    {
        try
        {
            Try(parse, bytes, atLeast, times);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Given {Convert.ToBase64String(bytes)} it is not as it should be: {e.Message}", e);
        }
    }

    private static void Try(Func<byte[], string?> parse, byte[] bytes, long atLeast, long times)
    {
        // What is called for the first time also allocates what is kept.
        var refusal = parse(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = parse(bytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= atLeast + (times * bytes.Length), $"{allocated} bytes were allocated for {bytes.Length}.");
        Assert.All(refusal ?? "", c => Assert.False(char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format, refusal));
        Assert.True(refusal is null or { Length: < 2000 });
    }

    private (byte[][] Seeds, Func<byte[], string?> Parse) Parser(string name)
    {
        var pem = new Lazy<string>(() => System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem());
        var text = _log.Checkpoint(_key);
        return name switch
        {
            "note" => ([text, Encoding.UTF8.GetBytes("a\n\nb\n\n— c AAAAAQI=\n— d AAAAAQI=\n")],
                bytes => Agree<SignedNote, AuditFormatException>(SignedNote.TryParse(bytes, out _), () => SignedNote.Parse(bytes), note => note.Bytes.Span.SequenceEqual(bytes))),
            "checkpoint" => ([text[..^text.AsSpan().IndexOf("\n\n"u8)], Encoding.UTF8.GetBytes($"o\n1\n{Convert.ToBase64String(_log.Root)}\nx\n")],
                bytes => Agree<Checkpoint, AuditFormatException>(Checkpoint.TryParse(bytes, out _), () => Checkpoint.Parse(bytes), read => read.ToText().AsSpan().SequenceEqual(bytes))),
            "signed checkpoint" => ([text],
                bytes => Agree<SignedCheckpoint, AuditFormatException>(
                    SignedCheckpoint.TryParse(bytes, out _),
                    () => SignedCheckpoint.Parse(bytes),
                    read => read.Bytes.Span.SequenceEqual(bytes) && read.TryVerify(null, [_key.Verifier], out _, out _) is var _)),
            "proof" => ([_log.Proof(7, _key), _log.Proof(299, _key)],
                bytes => Agree<AuditProof, AuditFormatException>(
                    AuditProof.TryParse(bytes, out _),
                    () => AuditProof.Parse(bytes),
                    proof => proof.ToBytes().AsSpan().SequenceEqual(bytes) && (proof.Entry is null || proof.Verify([_key.Verifier]) is not null))),
            "verifier key" => ([Encoding.UTF8.GetBytes(_key.VerifierKey)],
                bytes =>
                {
                    var key = Encoding.UTF8.GetString(bytes);
                    return Agree<INoteVerifier, AuditKeyException>(VerifierKey.TryParse(key, out _), () => VerifierKey.Parse(key), read => read.ToVerifierKey() == key);
                }
            ),
            "public key" => ([Convert.FromBase64String(_key.VerifierKey.Split('+', 3)[2])[1..]],
                bytes => Refusal<AuditKeyException>(() => _ = new EcdsaNoteVerifier("a", bytes))),
            "key file" => ([Encoding.ASCII.GetBytes(pem.Value)],
                bytes => Refusal<AuditKeyException>(() => PemKey.Read(Encoding.Latin1.GetString(bytes), default, "key.pem").Dispose())),
            "entry" => ([Samples.Encode(Samples.Full), Samples.EncodeOwn(Samples.Privileged), TestLog.Event(7)],
                bytes => Agree<AuditEntry, AuditFormatException>(AuditEntry.TryDecode(7, bytes, out _), () => AuditEntry.Decode(7, bytes), SameTime)),
            "time" => ([TestLog.Event(7), [.. "{ \"x\":[1], \"time\":\"2026-01-01T00:00:00.0000000Z\"}"u8]],
                bytes =>
                {
                    EntryTime.TryRead(bytes, out _);
                    return null;
                }
            ),
            "details" => ([.. new[] { """{"a":[1,2.50,{"b":"\u00e9\ud83d\ude00"}],"c":null}""", """{"x":1e5}""" }.Select(Encoding.UTF8.GetBytes)],
                bytes => Refusal<AuditEventException>(() =>
                {
                    // What was made of it is taken back as it is.
                    var details = AuditDetails.Parse(bytes);
                    Assert.Equal(details, AuditDetails.Parse(details.Utf8));
                })),
            "bundle" => ([Bytes("tile/entries/001.p/44")], bytes => Verified("tile/entries/001.p/44", bytes)),
            _ => ([Bytes("tile/0/001.p/44"), Bytes("tile/1/000.p/1")], bytes => Verified("tile/0/001.p/44", bytes)),
        };
    }

    private byte[] Bytes(string path) => _log.Tiles().Single(file => file.Path == path).Bytes;

    /// <summary>Whatever the file holds: the log verifies only where it is the one that was signed, and reading says so too.</summary>
    private string? Verified(string path, byte[] bytes)
    {
        var reader = new MemoryLogReader(_log, _key);
        var original = reader.Files[path].AsSpan().SequenceEqual(bytes);
        reader.Files[path] = bytes;
        var failure = new LogVerifier(reader, new LogVerificationOptions { Keys = [_key.Verifier], MaxDegreeOfParallelism = 1 }).VerifyAsync().GetAwaiter().GetResult().Failure;
        Assert.Equal(original, failure is null);

        var snapshot = new ImmutableAudit.Storage.LogSnapshot(reader, _log.Signed(_key));
        var read = Refusal<AuditException>(() => snapshot.ReadAsync(299).ToListAsync().AsTask().GetAwaiter().GetResult());
        var proved = Refusal<AuditException>(() => snapshot.ProveAsync(299).AsTask().GetAwaiter().GetResult());
        Assert.True(original ? read is null && proved is null : read is not null || proved is not null || failure?.Path == path);
        return read + proved + failure?.Message;
    }

    /// <summary>Every reader of an entry's time sees the same one.</summary>
    private static bool SameTime(AuditEntry entry) => EntryTime.TryRead(entry.Bytes.Span, out var time) && time == entry.Time;

    private static string? Agree<T, TRefusal>(bool taken, Func<T> parse, Predicate<T> isRight)
        where TRefusal : Exception
    {
        var refusal = Refusal<TRefusal>(() => Assert.True(isRight(parse())));
        Assert.Equal(taken, refusal is null);
        return refusal;
    }

    private static string? Refusal<T>(Action parse)
        where T : Exception
    {
        try
        {
            parse();
            return null;
        }
        catch (T e)
        {
            return e.Message;
        }
    }
}
