using System.Security.Cryptography;
using ImmutableAudit.Merkle;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Replay;

/// <summary>A key for each voter.</summary>
internal sealed class TestVoteKeys
{
    private readonly Dictionary<string, ECDsa> _keys = new(StringComparer.Ordinal);

    public byte[] PublicOf(string id) => KeyOf(id).ExportSubjectPublicKeyInfo();

    public VoteProof Sign(string id, MerkleHash request, bool approves) => VoteProof.Sign(KeyOf(id), request, approves);

    private ECDsa KeyOf(string id) => _keys.TryGetValue(id, out var key) ? key : _keys[id] = ECDsa.Create(ECCurve.NamedCurves.nistP256);
}
