using System.Security.Cryptography;
using ImmutableAudit.Benchmarks.Measuring;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Benchmarks.Subjects;

/// <summary>The signature of the same checkpoint, verified by <see cref="ECDsa.VerifyData(byte[], byte[], HashAlgorithmName)"/> with a key that is loaded.</summary>
/// <param name="log">The log's directory.</param>
/// <param name="entries">How many it has.</param>
internal sealed class VerifyDataSubject(string log, long entries) : ISubject
{
    public string Name => "ecdsa-verifydata";

    public string NotDone => "The signature alone: no parsing, no hashes, nothing about the entry.";

    public async Task<Sample> RunAsync(Workload workload)
    {
        var (proof, key) = await CheckSubject.ProofAsync(log, entries);
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(((EcdsaNoteVerifier)key).SubjectPublicKeyInfo.Span, out _);
        var note = proof.Checkpoint.Note;
        var (text, signature) = (note.Text, note.Signatures[0].Signature);
        return await TurnLoop.RunAsync(workload, 1, () =>
        {
            if (!ecdsa.VerifyData(text.Span, signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
            {
                throw new InvalidOperationException("The benchmark's own signature does not verify.");
            }
        });
    }
}
