using System.Buffers;
using ImmutableAudit.Checkpoints;

namespace ImmutableAudit.Samples;

/// <summary>
/// With which key a sample's log is signed: one in a PEM file that the user names, or a development key in <c>DIR-keys/</c>
/// beside the log's directory; and the command by which anybody then verifies the log.
/// </summary>
internal sealed class SampleKey
{
    private static readonly SearchValues<char> Unquoted =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=./:,@%");

    private readonly string _origin;
    private readonly string _log;

    public SampleKey(string origin, string log, string? signingKey)
    {
        _origin = origin;
        _log = log;
        IsGenerated = signingKey is null;
        PemFile = signingKey ?? Path.Combine(Shown(Path.TrimEndingDirectorySeparator(Path.GetFullPath(log)) + "-keys"), "audit.pem");
    }

    /// <summary>Whether it is a development key, made at the first run.</summary>
    public bool IsGenerated { get; }

    /// <summary>The private key's file.</summary>
    public string PemFile { get; }

    /// <summary>The directory of that file, where checkpoints are remembered too (LOG.md L18).</summary>
    public string Directory => Path.GetDirectoryName(Path.GetFullPath(PemFile)) ?? throw new AuditKeyException($"'{PemFile}' is no file.");

    private string VerifierKeyFile => Path.ChangeExtension(PemFile, ".vkey");

    /// <summary>The key to sign with; a development key is made where there is none yet.</summary>
    public EcdsaNoteSigner Open() => IsGenerated && !File.Exists(PemFile)
        ? EcdsaNoteSigner.CreatePemFile(_origin, PemFile)
        : EcdsaNoteSigner.FromPemFile(_origin, PemFile);

    /// <summary>The public half, as the one line of text that auditors are given.</summary>
    public string VerifierKeyText()
    {
        using var signer = EcdsaNoteSigner.FromPemFile(_origin, PemFile);
        return signer.Verifier.ToVerifierKey();
    }

    /// <summary>What to type to verify the log, from where the sample was started.</summary>
    public string VerifierCommand()
    {
        var text = VerifierKeyText();

        // A key made elsewhere may have no such file beside it, or one for a log of another name.
        var isInFile = File.Exists(VerifierKeyFile) && VerifierKey.ReadFile(VerifierKeyFile).ToVerifierKey() == text;
        return $"dotnet run --project samples/Verifier -- verify {Quoted(_log)} --key {Quoted(isInFile ? VerifierKeyFile : text)}";
    }

    /// <summary>A path in the user's own way: relative where that of the log is.</summary>
    private string Shown(string fullPath) =>
        Path.IsPathRooted(_log) ? fullPath : Path.GetRelativePath(System.IO.Directory.GetCurrentDirectory(), fullPath);

    private static string Quoted(string argument)
    {
        if (!argument.AsSpan().ContainsAnyExcept(Unquoted))
        {
            return argument;
        }

        return OperatingSystem.IsWindows() ? $"\"{argument}\"" : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
